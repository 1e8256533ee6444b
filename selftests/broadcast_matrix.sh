#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A broadcast or multicast frame from any of five ends arrives at each of the
# other four, exactly once, and never comes back.
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
	all_but "$from" "${ends[@]}"
	flow "broadcast from $from" "$from" broadcast -- "${others[@]}"
	flow "multicast from $from" "$from" multicast -- "${others[@]}"
	flow "ten broadcasts from $from" "$from" broadcast count=10 -- \
		"${others[@]}"
done
counted "each flooded frame counts as one, its copies as four" \
	v0.flooded=12 v0.rx-packets=12 v0.delivered=24 v0.host=12 v0.wire=12 \
	v2.flooded=12 v2.rx-packets=12 v2.delivered=24 v2.host=12 v2.wire=12 \
	wire.flooded=12 wire.rx-packets=12 wire.delivered=36 wire.host=12 \
	host.flooded=12 host.rx-packets=12 host.delivered=36 host.wire=12 \
	v0.tx-packets=48 v2.tx-packets=48 host.tx-packets=48 \
	wire.tx-packets=48
is "the pdev is not promiscuous" "$(promiscuity eth0)" 0
check_sums
finish
