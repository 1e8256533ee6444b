#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Machine: icount
# Packages: ethtool iperf3 iproute2 iptables kmod util-linux
#
# table-b.sh OUTDIR - the measurement of 2006: how busy a processor is while a
# guest receives, and sends, TCP at a fixed rate. Both ends of the connection
# run on that processor, too, so the same without a switch is measured as well.
# Cards of that time knew no segmentation offload: it is off.
set -u

# shellcheck source=tools/bench/tables.sh
. "$(dirname "$(realpath "$0")")/tables.sh"

runs=$(usual 8 3)
rate=300M
# What was measured then, in percent of one processor at 940 Mb/s
declare -A then=(
	[bridge-nf receive]=85.00 [bridge receive]=73.97 [vifmap receive]=72.17
	[bridge-nf transmit]=77.13 [bridge transmit]=68.86
	[vifmap transmit]=66.34
)

# shellcheck source=tools/bench/streams.sh
. "$bench/streams.sh"

no_offloads()
{
	at "$1" ethtool -K "$2" tso off gso off gro off sg off tx off \
		>/dev/null 2>&1
}

# one_run FROM TO TODEV TOADDR: prints percent of a processor, and bytes a second.
# The first megabyte is not counted, nor the end.
one_run()
{
	start_stream "$1" "$2" "$4" -b "$rate"
	at "$2" busy "$3" 1000000 300 || exit
	end_stream
}

# Mean, and half the width of the interval that has the mean with 99 percent, by
# Student's t; the rate as received, in Mb/s
summary()
{
	awk -v t="3.499 63.657 9.925 5.841 4.604 4.032 3.707 3.499 3.355" '
	{ x[NR] = $1; sum += $1; rate += $2 }
	END {
		n = split(t, table, " ")
		mean = sum / NR
		for (i = 1; i <= NR; i++)
			squares += (x[i] - mean) ^ 2
		half = NR > 1 ? table[NR] * sqrt(squares / (NR - 1) / NR) : 0
		printf "%.2f,%.2f,%d,%.1f\n", mean, half, NR, rate * 8 / NR / 1e6
	}'
}

# direction NAME DIRECTION FROM TO TODEV TOADDR
direction()
{
	local i

	say "${label[$1]}: $2, $runs runs"
	one_run "$3" "$4" "$5" "$6" >/dev/null || exit
	for ((i = 0; i < runs; i++)); do
		one_run "$3" "$4" "$5" "$6" || exit
	done >"$work/runs"
	say "percent: $(cut -d ' ' -f 1 "$work/runs" | tr '\n' ' ')"
	row "${label[$1]}" "$2" "$(summary <"$work/runs")" "${then[$1 $2]-}"
}

note "ethtool -K DEV tso off gso off gro off sg off tx off"
note "chrt -b 0 iperf3 -s -1; chrt -b 0 iperf3 -c ADDR -t 3600 -b $rate"
note "busy DEV 1000000 300, $runs runs"
table B-cpu "peer,direction,busy_percent,half_width_99,runs,received_mbit,$(
	)busy_percent_2006"
for name in $(chosen none vifmap bridge bridge-nf); do
	bench_build "$name" veth 1
	no_offloads wire wire0
	no_offloads g0 g0
	direction "$name" receive wire g0 g0 "$(guest_v4 0)"
	direction "$name" transmit g0 wire wire0 $v4_wire
	bench_remove
done
