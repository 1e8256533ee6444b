#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A unicast frame between any two of five ends arrives there, exactly once, and
# nowhere else; one between two vifs, or a vif and the host, never shows on the
# wire.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2
#             veth veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth veth tap
ends=(wire host v0 v1 v2)
for from in "${ends[@]}"; do
	for to in "${ends[@]}"; do
		[ "$from" = "$to" ] ||
			flow "$from to $to" "$from" "$to" count=3 -- "$to"
	done
done
counted "each frame counts once where it came from" \
	v0.rx-packets=12 v0.delivered=6 v0.host=3 v0.wire=3 v0.flooded=0 \
	v0.tx-packets=12 v0.copies=0 v0.tx-dropped=0 \
	v2.rx-packets=12 v2.delivered=6 v2.host=3 v2.wire=3 v2.flooded=0 \
	v2.tx-packets=12 v2.rx-bytes=720 v2.tx-bytes=720 \
	wire.delivered=9 host.delivered=9 wire.tx-packets=9 host.tx-packets=9
flow "frames of the largest size" v0 v2 len=1514 count=5 -- v2
flow "frames of an EtherType nobody knows" v0 v1 type=1234 -- v1
flow "frames with a length in place of the type" v2 v1 type=40 -- v1
check_sums
finish
