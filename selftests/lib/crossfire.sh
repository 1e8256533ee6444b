# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# crossfire.sh - frames from many senders at once, while the test does something
# else; see crossfire.c

# The round that was the last at each moment, by its name
declare -A when

start_crossfire()
{
	mkfifo "$tmp/fire-in" "$tmp/fire-out" || exit 1
	crossfire <"$tmp/fire-in" >"$tmp/fire-out" &
	pids+=($!)
	exec {fire_in}>"$tmp/fire-in" {fire_out}<"$tmp/fire-out"
}

# fire COMMAND...: see crossfire.c; sets reply
fire() { talk "$fire_in" "$fire_out" "$@"; }

# fire_end PLACE: what sends and receives there; the guest's side of a tap is
# not to be open already
fire_end()
{
	if [ "$1" = host ]; then
		must fire end host - eth0 stack
	elif [ "$1" = wire ]; then
		must fire end wire "${prefix}wire" wire0 link
	elif [ -e "/run/netns/$prefix$1" ]; then
		must fire end "$1" "$prefix$1" eth0 link
	else
		must fire end "$1" - "$1" tap
	fi
}

# fire_between PLACE...: a flow FROM-TO for each two of them, and FROM-all, a
# broadcast. The flood rates would be in the way.
fire_between()
{
	local from to

	[ -n "${fire_in-}" ] || start_crossfire
	for from; do
		fire_end "$from"
	done
	for from; do
		for to; do
			[ "$from" = "$to" ] || must fire flow "$from-$to" \
				"$from" "${mac[$from]}" "${mac[$to]}"
		done
		must fire flow "$from-all" "$from" "${mac[$from]}" \
			ff:ff:ff:ff:ff:ff
	done
}

# intact PLACE...: what to expect (see went) when all unicast frames between
# them arrive
intact()
{
	local from to

	for from; do
		for to; do
			[ "$from" = "$to" ] || echo "$from-$to:$to:N"
		done
	done
}

# moment NAME: the frames that have been sent so far, at least a round of them
# since the moment before, have arrived.
moment()
{
	local before=${when[latest]} round

	while :; do
		must fire round
		round=${reply#ok }
		[ "$round" -le $((before + 1)) ] || break
	done
	when[$1]=$round when[latest]=$round
}

begin_fire()
{
	when=([latest]=0)
	must fire start
	moment begin
}

# The moment "end"
end_fire()
{
	moment end
	must fire stop
}

# went NAME MOMENT MOMENT FLOW:PATTERN...: what became of the frames sent between
# these moments, see "where" in crossfire.c; N in a pattern stands for how many
# they were. Expectations may also be several in a word.
went()
{
	local name=$1 from=${when[$2]} to=${when[$3]} reply specs spec
	local pattern wrong=()

	shift 3
	read -r -a specs <<<"${*//$'\n'/ }"
	for spec in "${specs[@]}"; do
		pattern=${spec#*:}
		pattern="^ok (${pattern//N/$((to - from))})\$"
		fire where "${spec%%:*}" "$from" "$to" >/dev/null
		[[ $reply =~ $pattern ]] ||
			wrong+=("${spec%%:*}: $reply instead of ${spec#*:}")
	done
	[ ${#wrong[@]} -eq 0 ]
	result $? "$name ($((to - from)) rounds)" ${wrong[@]+"${wrong[@]}"}
}
