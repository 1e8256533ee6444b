# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# requests.sh - what becomes of requests: refusals, no change, events

state=''

# Sets state: everything that vifmap and ip know of this namespace, but for what
# changes by itself: the kernel brings a device's carrier, and what follows from
# it, up to date some time after the device came up. In which order vifs were
# attached and entries made is nothing that a refusal has to keep.
get_state()
{
	state=$(vifmap -d -b - <<<$'dev show\nport show\nmac show' | sort
		ip -d link)
	while [[ $state =~ \ idle\ [0-9]+ ]]; do
		state=${state/"${BASH_REMATCH[0]}"/}
	done
	while [[ $state =~ \ (state\ [A-Z]+|qdisc\ [a-z_]+)\  ]]; do
		state=${state//"${BASH_REMATCH[0]}"/ }
	done
	state=${state//NO-CARRIER,/}
	state=${state//,LOWER_UP/}
}

# refused PATTERN STATUS COMMAND...: one line that matches, and no change
refused()
{
	local pattern=$1 want=$2 before lines status wrong=()

	shift 2
	get_state
	before=$state
	"$@" >/dev/null 2>"$tmp/refused"
	status=$?
	get_state
	mapfile -t lines <"$tmp/refused"
	[ $status -eq "$want" ] || wrong+=("status $status instead of $want")
	[ ${#lines[@]} -eq 1 ] || wrong+=("${#lines[@]} lines instead of one")
	[[ ${lines-} =~ $pattern ]] || wrong+=("no match: $pattern")
	[ "$before" = "$state" ] || wrong+=("it changed something:"
		"$(diff <(echo "$before") <(echo "$state"))")
	[ ${#wrong[@]} -eq 0 ]
	result $? "refused: $*" ${wrong[@]+"${wrong[@]}"} ${lines[@]+"${lines[@]}"}
}

# Whether a monitor is there already is to be seen when something happens.
poke_monitor()
{
	vifmap dev set vifmap0 learn 1
	vifmap dev set vifmap0 learn 0
	[ -s "$1" ]
}

# Events as JSON, a line each, in $tmp/events from now on
start_monitor()
{
	: >"$tmp/events"
	background host vifmap -j monitor >"$tmp/events"
	wait_until poke_monitor "$tmp/events"
}
