#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Machine: icount
# Packages: iproute2 iptables openvswitch-switch ethtool kmod util-linux
#
# table-d.sh OUTDIR - packets per second, loss and latency of a path from the
# wire to a guest, for each peer and size of frame. Sizes count the frame's
# checksum, as RFC 2544 does.
set -u

# shellcheck source=tools/bench/tables.sh
. "$(dirname "$(realpath "$0")")/tables.sh"

mtu=9000
count=$(usual 1000 200)
# Where time is real, a trial has to outlast what else the machine does
[ "${BENCH_HOST-}" != 1 ] || count=20000
# At a rate that all of them manage, so that it is not a queue that is measured
rate=10000

measure()
{
	local size line to

	to=$(guest_mac 0)
	for size in 64 128 256 512 1024 1280 1518 9000; do
		line=$(packets all "${prefix}wire" wire0 $mac_wire "${prefix}g0" \
			g0 "$to" $size "$count" $rate) || exit
		row "${label[$1]}" $size $rate "$line"
	done
}

note "packets all NETNS wire0 SRCMAC NETNS g0 DSTMAC SIZE $count $rate"
table D-packets "peer,size_bytes,steady_pps,steady_loss_percent,p50_us,p99_us,$(
	)p999_us,full_sent_pps,full_arrived_pps,full_loss_percent,no_loss_pps"
for name in $(chosen "${all_peers[@]}"); do
	say "${label[$name]}: eight sizes of frames"
	bench_build "$name" veth 1
	measure "$name"
	bench_remove
done
