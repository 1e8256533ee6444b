# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# frames.sh - frames that are sent, and where they arrive; see frames.c

# See all_but
others=()

start_frames()
{
	coproc FRAMES { exec frames; }
	pids+=("$FRAMES_PID")
	must ask mac broadcast ff:ff:ff:ff:ff:ff
	must ask mac multicast 33:33:00:00:0a:0b
}

# talk TO FROM COMMAND...: to a program that answers each line with one. Sets reply
# and prints it.
talk()
{
	local to=$1 from=$2

	shift 2
	echo "$*" >&"$to" && read -r -t $((60 * patience)) reply <&"$from" ||
		reply='error no answer'
	echo "$reply"
	[[ $reply = ok* ]]
}

# ask COMMAND...: see frames.c; sets reply
ask() { talk "${FRAMES[1]}" "${FRAMES[0]}" "$@"; }

# all_but END END...: sets others
all_but()
{
	local not=$1 end

	shift
	others=()
	for end; do
		[ "$end" = "$not" ] || others+=("$end")
	done
}

# What crosses a NIC arrives some time later. One more frame each way comes after
# those sent before, and can be waited for. Adds to the caller's receivers.
send_markers()
{
	local count=1 word
	local -A want=([host]=1 [wire]=1)

	for word in "${send[@]}"; do
		[[ $word != count=* ]] || count=${word#*=}
	done
	for word in ${receivers[@]+"${receivers[@]}"}; do
		[[ $word = *:* ]] || word+=:$count
		want[${word%:*}]=$((${want[${word%:*}]-0} + ${word#*:}))
	done
	receivers=()
	for word in "${!want[@]}"; do
		receivers+=("$word:${want[$word]}")
	done
	ask send wire host && ask send host wire
}

# nic_accepts DST [OPTION]...: whether the pdev's NIC takes such a frame from the
# wire. That vifmap has seen it counts, whatever becomes of it. Some drivers write
# a filter some time after it was changed: wait for it.
nic_accepts()
{
	local before send=("$@") receivers=()

	read_stats
	before=${stats[wire.rx-packets]}
	ask send wire "$@" && send_markers && ask expect "${receivers[@]}"
	read_stats
	[ "${stats[wire.rx-packets]}" -gt "$before" ]
}

nic_rejects() { ! nic_accepts "$@"; }

# flow NAME FROM DST [OPTION]... -- [RECEIVER[:N]]...
# The frames arrive, once each, at these receivers and at no other end.
flow()
{
	local name=$1 send=() receivers

	shift
	while [ "$1" != -- ]; do
		send+=("$1")
		shift
	done
	shift
	receivers=("$@")
	ask send "${send[@]}" >/dev/null &&
		{ [ $nics = n ] || send_markers >/dev/null; } &&
		ask expect ${receivers[@]+"${receivers[@]}"} >/dev/null
	result $? "$name" "send ${send[*]}; expect $*: $reply"
}
