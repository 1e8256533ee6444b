#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The time at which a frame arrived does not become the time at which it is to
# leave: fq, which sends no frame before its time, sends all of them at once. And
# a guest that wants to know when a frame arrived is told, whichever way it came.
#
#   wire0 ---- eth0 (vifmap0)   host; fq on eth0, v0 and v1, and a socket
#    wire       |  |            that wants frames' times of arrival
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands tc
topology veth tap
for dev in eth0 v0 v1; do
	must tc qdisc add dev $dev root fq
done
start_capture host eth0 1500
for round in 1 2; do
	for pair in 'wire v0' 'wire v1' 'v0 v1' 'v1 v0' 'v0 wire' 'host v0'; do
		read -r from to <<<"$pair"
		flow "$from to $to ($round)" "$from" "$to" count=20 -- "$to"
	done
	flow "broadcast from the wire ($round)" wire broadcast count=5 -- \
		v0 v1 host
done
end_capture host

# --- times of arrival ---

for dev in v0 v1; do
	must tc qdisc del dev $dev root
done
give_v4
background v0 datagrams times 4000 >"$tmp/times"
must wait_until has_line ready "$tmp/times"
send() { at "$1" datagrams send "${v4[v0]}" 4000 "$2" 100; }
lines() { [ "$(wc -l <"$tmp/times")" -ge "$1" ]; }
# The kernel begins to look at the clock some time after it has been asked to.
timed() { send wire 1 && [ "$(tail -n 1 "$tmp/times")" = timed ]; }
check "a guest is told when a datagram arrived" wait_until timed
for from in wire host; do
	read_stats
	set_mark
	before=$(wc -l <"$tmp/times")
	must send $from 20
	check "20 more from $from" wait_until lines $((before + 20))
	is "it is told of each" \
		"$(tail -n +$((before + 1)) "$tmp/times" | sort | uniq -c | xargs)" \
		"20 timed"
	read_stats
	check "they took the short way" [ \
		$((${stats[v0.direct]} - ${mark[v0.direct]})) -ge 20 ]
done
check_sums
finish
