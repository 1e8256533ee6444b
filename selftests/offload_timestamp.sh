#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The time at which a frame arrived does not become the time at which it is to
# leave: fq, which sends no frame before its time, sends all of them at once.
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
check_sums
finish
