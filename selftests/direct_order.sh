#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Frames keep their order, and none is lost or doubled, while those come and go
# who could tell the short way to a veth's peer from the long one. A NIC hands
# over many frames in one go, and what is queued meanwhile waits until that is
# done: a frame that took the short way too early would overtake others. That one
# go is long enough for others to change something: a long list of rules is in
# its way.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables. What
#    wire       |                     eth0 receives is for the first CPU, and
#              v0                     those who come and go are on the second
#             veth
#
# No queueing discipline, XDP or GRO is switched here: with them, the kernel drops
# what is in the queue or in the veth at that time.

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands nft taskset
[ "$(nproc)" -ge 2 ] || skip "one CPU alone"

# /sys shows the devices of the namespace that it was mounted in.
set_nic()
{
	must ip netns exec "${prefix}host" \
		tee "/sys/class/net/eth0/$1" <<<"$2"
}

# The NIC waits until frames have gathered, and hands them to the first CPU.
gather_frames()
{
	local irq

	for irq in "${nic_devices[0]%/*}"/msi_irqs/*; do
		must tee "/proc/irq/${irq##*/}/smp_affinity" <<<1
	done
	set_nic napi_defer_hard_irqs 1
	set_nic gro_flush_timeout 20000000
}

# Some hundreds of rules that match nothing
slow_down()
{
	local i

	{
		echo "add table netdev slow"
		echo "add chain netdev slow c {" \
			"type filter hook ingress device eth0 priority 0; }"
		for ((i = 0; i < 300; i++)); do
			echo "add rule netdev slow c meta mark $((i + 1)) drop"
		done
	} >"$tmp/rules"
	must nft -f "$tmp/rules"
}

# shellcheck disable=SC2317 # called by check
# Since the mark, a hundred frames each at least
both_ways()
{
	local sent direct

	read_stats
	sent=$((${stats[v0.tx-packets]} - ${mark[v0.tx-packets]}))
	direct=$((${stats[v0.direct]} - ${mark[v0.direct]}))
	echo "$direct of $sent frames went the short way"
	[ $direct -ge 100 ] && [ $((sent - direct)) -ge 100 ]
}

# A burst has to fit the NIC's ring, whatever else the machine has to do.
bursts()
{
	local burst=0

	read_stats
	set_mark
	while [ $burst -lt 20 ] ||
		{ [ $burst -lt 100 ] && ! both_ways >/dev/null; }; do
		burst=$((burst + 1))
		flow "$1, burst $burst" wire v0 count=100 -- v0 || break
	done
	check "$1: both ways were taken" both_ways
}

# repeat COUNT WORD...: so many lines
repeat()
{
	local count=$1 i

	shift
	for ((i = 0; i < count; i++)); do
		echo "$*"
	done
}

# feed LINE...: over and over, for as long as somebody reads
feed()
{
	while printf '%s\n' "$@" 2>/dev/null; do
		:
	done
}

# meddling NAME "LINE..." COMMAND...: that reads these lines, or none
meddling()
{
	local name=$1 input=$2 meddler

	shift 2
	feed "$input" >"$tmp/lines" &
	pids+=($!)
	taskset -c 1 "$@" <"$tmp/lines" >"$tmp/meddler" 2>&1 &
	meddler=$!
	pids+=("$meddler")
	bursts "$name"
	check "$name: until the end" kill $meddler
	wait $meddler 2>/dev/null
	result "$(grep -c -i error "$tmp/meddler")" "$name: without error" \
		"$(head -n 5 "$tmp/meddler")"
}

must taskset -p -c 0 $$
nic_topology virtio_net veth
# Its driver may write the filter some time after the address was mapped.
must wait_until nic_accepts v0
must mkfifo "$tmp/lines"
gather_frames
slow_down
meddling "packet sockets" '' meddle v0 sniff again
meddling "netfilter" "add table netdev t { chain c {\
 type filter hook egress device v0 priority 0; }; }
delete table netdev t" nft -i
# It may have been ended between the two.
must nft "add table netdev t; delete table netdev t"
# After each change, some time has to pass until there is a short way again.
meddling "delivery" "$(repeat 100 port set v0 delivery queue
	repeat 100 port set v0 delivery auto)" vifmap -b -
check_sums
finish
