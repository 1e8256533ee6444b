#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Machine: icount
# Packages: ethtool iperf3 iproute2 iptables openvswitch-switch kmod util-linux
#
# table-f.sh OUTDIR - bulk TCP with all offloads on: how fast it is, and what a
# byte costs, from guest to guest, from the host to a guest and from the wire to
# a guest. Both ends run on the processor that is measured.
set -u

# shellcheck source=tools/bench/tables.sh
. "$(dirname "$(realpath "$0")")/tables.sh"
# shellcheck source=tools/bench/streams.sh
. "$bench/streams.sh"

length=$(usual 300 100) # milliseconds
runs=$(usual 3 1)

# one_run FROM TO TODEV TOADDR
one_run()
{
	start_stream "$1" "$2" "$4"
	at "$2" busy "$3" 4000000 "$length" || exit
	end_stream
}

# The run in the middle: percent busy, Mb/s, nanoseconds a byte
summary()
{
	sort -k 2n | awk '
	{ busy[NR] = $1; rate[NR] = $2; cost[NR] = $3 }
	END {
		i = int((NR + 1) / 2)
		printf "%.0f,%.2f,%.4f", rate[i] * 8 / 1e6, busy[i], cost[i]
	}'
}

# measure PEER PATH FROM TO TODEV TOADDR
measure()
{
	local i line extra=''

	say "${label[$1]}: TCP $2"
	for ((i = 0; i < runs; i++)); do
		one_run "$3" "$4" "$5" "$6" || exit
	done >"$work/runs"
	line=$(summary <"$work/runs")
	[ "$1" != none ] || least=${line##*,}
	[ -z "$least" ] || extra=$(awk -v a="${line##*,}" -v b="$least" \
		'BEGIN { printf "%.1f", (a - b) * 1000 }')
	row "$2" "${label[$1]}" "$line" "$extra"
}

# What a byte costs from the wire to a guest without a switch, once it is known
least=''
note "chrt -b 0 iperf3 -s -1; chrt -b 0 iperf3 -c ADDR -t 3600"
note "busy DEV 4000000 $length, $runs runs"
table F-bulk "path,peer,mbit,busy_percent,ns_per_byte,extra_ns_per_kb"
for name in $(chosen none vifmap macvlan tc bridge bridge-nf ovs); do
	bench_build "$name" veth "$([ "$name" = none ] && echo 1 || echo 2)"
	measure "$name" 'wire to guest' wire g0 g0 "$(guest_v4 0)"
	if [ "$name" != none ]; then
		measure "$name" 'guest to guest' g1 g0 g0 "$(guest_v4 0)"
		# macvlan's host does not reach its guests
		[ "$name" = macvlan ] ||
			measure "$name" 'host to guest' host g0 g0 \
				"$(guest_v4 0)"
	fi
	bench_remove
done
