#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Machine: 2 cpus
# Packages: iproute2 iptables openvswitch-switch ethtool kmod util-linux
#
# table-e2.sh OUTDIR - whether two processors forward twice as much as one: from
# the wire to a guest on one of them, from another guest to the wire on the
# other, each alone and both at once. On an emulated machine the figures are
# only as good as the machine below has two processors to spare.
set -u

# shellcheck source=tools/bench/tables.sh
. "$(dirname "$(realpath "$0")")/tables.sh"

count=$(usual 20000 5000)
runs=$(usual 5 3)
[ "$(nproc)" -ge 2 ] || die "this table wants two processors"

# Each prints frames a second that arrive.
down()
{
	taskset -c 0 packets full "${prefix}wire" wire0 $mac_wire \
		"${prefix}g0" g0 "$(guest_mac 0)" 64 "$count" 0 | cut -d , -f 2
}

up()
{
	taskset -c 1 packets full "${prefix}g1" g1 "$(guest_mac 1)" \
		"${prefix}wire" wire0 $mac_wire 64 "$count" 0 | cut -d , -f 2
}

middle() { sort -n | sed -n "$(((runs + 1) / 2))p"; }

# Prints down, up, and their sum when both run.
measure()
{
	local i one two

	for ((i = 0; i < runs; i++)); do
		down >>"$work/down"
		up >>"$work/up"
		down >"$work/one" &
		two=$(up)
		wait $!
		one=$(<"$work/one")
		echo $((one + two)) >>"$work/both"
	done
	one=$(middle <"$work/down") two=$(middle <"$work/up")
	i=$(middle <"$work/both")
	echo "$one,$two,$i,$(awk -v s=$((one + two)) -v b="$i" \
		'BEGIN { printf "%.2f", 2 * b / s }')"
}

note "taskset -c CPU packets full NETNS DEV SRCMAC NETNS DEV DSTMAC 64 $count 0"
note "$runs runs"
table E2-cpus "peer,down_pps,up_pps,both_pps,speed_up"
for name in $(chosen vifmap macvlan tc bridge bridge-nf ovs); do
	say "${label[$name]}: two processors"
	bench_build "$name" veth 2
	row "${label[$name]}" "$(measure)"
	bench_remove
done
