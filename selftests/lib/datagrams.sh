# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# datagrams.sh - network stacks everywhere, and datagrams between all of them. A
# test that wants it sources it after lib.sh.
# shellcheck disable=SC2154 # lib.sh sets them

places=()
declare -A stack v6 served

# give_addresses MTU: to all places, v4[PLACE] and v6[PLACE], on the devices
# stack[PLACE]
give_addresses()
{
	local place

	places=(wire host "${vifs[@]}")
	set_mtu "$1"
	give_v4
	for place in "${places[@]}"; do
		stack[$place]=eth0
		[ "$place" != wire ] || stack[$place]=wire0
		v6[$place]=2001:db8::${v4[$place]##*.}
		must ip -n "$prefix$place" address add "${v6[$place]}/64" \
			dev "${stack[$place]}" nodad
	done
}

# Everybody sends back what comes. The host's port is one of its own: the kernel
# does not merge what is for a port that somebody here listens on.
serve_datagrams()
{
	local place

	for place in "${places[@]}"; do
		served[$place]=4000
		[ "$place" != host ] || served[host]=4001
		background "$place" datagrams serve "${served[$place]}" \
			>"$tmp/served-$place"
	done
	for place in "${places[@]}"; do
		must wait_until has_line ready "$tmp/served-$place"
	done
}

# ask_them NAME FROM "TO..." SPEC...: they send back what they are sent, once and
# in order, by IPv4 and IPv6. SPEC: COUNT LEN [SEGMENTS], see datagrams.c
ask_them()
{
	local name=$1 from=$2 to address spec requests=() answers=() they

	read -r -a they <<<"$3"
	shift 3
	for to in "${they[@]}"; do
		for address in "${v4[$to]}" "${v6[$to]}"; do
			for spec; do
				requests+=("$address ${served[$to]} $spec")
				answers+=("$address: ${spec%% *} datagrams")
			done
		done
	done
	printf '%s\n' "${requests[@]}" >"$tmp/requests"
	is "$name: $from and ${they[*]}" \
		"$(at "$from" datagrams ask - <"$tmp/requests" 2>&1)" \
		"$(printf '%s\n' "${answers[@]}")"
}

# ask_all NAME FROM SPEC...: the same to all others
ask_all()
{
	local name=$1 from=$2

	shift 2
	all_but "$from" "${places[@]}"
	ask_them "$name" "$from" "${others[*]}" "$@"
}

# refused_to PLACE N: so many frames did not get there, since the mark
refused_to()
{
	read_stats
	[ $((${stats[$1.tx-dropped]} - ${mark[$1.tx-dropped]})) -eq "$2" ]
}

# The sums of what arrived anywhere were good.
no_bad_sums()
{
	local place wrong=()

	for place in "${places[@]}"; do
		[ "$(bad_sums "$place")" -eq 0 ] || wrong+=("at $place")
	done
	[ ${#wrong[@]} -eq 0 ]
	result $? "no checksum was bad" ${wrong[@]+"${wrong[@]}"}
}
