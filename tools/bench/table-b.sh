#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Machine: icount
#
# table-b.sh OUTDIR - the measurement of 2006: how busy a processor is while a
# guest receives, and sends, TCP at a fixed rate. Both ends of the connection
# run on that processor, too, so the same without a switch is measured as well.
# Cards of that time knew no segmentation offload: it is off.
set -u

# shellcheck source=tools/bench/tables.sh
. "$(dirname "$(realpath "$0")")/tables.sh"

runs=$(usual 8 3)
rate=${rate:-100M}
# What was measured then, in percent of one processor at 940 Mb/s
declare -A then_receive=([bridge-nf]=85.00 [bridge]=73.97 [vifmap]=72.17)
declare -A then_transmit=([bridge-nf]=77.13 [bridge]=68.86 [vifmap]=66.34)

no_offloads()
{
	at "$1" ethtool -K "$2" tso off gso off gro off sg off tx off \
		>/dev/null 2>&1
}

# A server that has gone has let go of its port.
serve()
{
	at "$1" iperf3 -s -1 -B "$2" >"$work/server" 2>&1 &
	server=$!
	until at "$1" ss -Hltn 'sport = :5201' | grep -q .; do
		kill -0 $server || die "iperf3 does not serve"
		sleep 0.01
	done
}

# one_run FROM TO TOADDR: percent of a processor
one_run()
{
	local share

	serve "$2" "$3"
	at "$1" iperf3 -c "$3" -b "$rate" -t 1 -J >"$work/client" &
	client=$!
	share=$(busy 300 400) || exit
	wait $client || die "iperf3: $(cat "$work/client")"
	wait $server
	echo "$share $(jq .end.sum_received.bits_per_second "$work/client")"
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
		printf "%.2f,%.2f,%d,%.1f\n", mean, half, NR, rate / NR / 1e6
	}'
}

# direction NAME DIRECTION FROM TO TOADDR
direction()
{
	local i

	say "${label[$1]}: $2, $runs runs"
	for ((i = 0; i < runs; i++)); do
		one_run "$3" "$4" "$5" || exit
	done >"$work/runs"
	local -n then=then_$2
	row "${label[$1]}" "$2" "$(summary <"$work/runs")" "${then[$1]-}"
}

table B-cpu "peer,direction,busy_percent,half_width_99,runs,received_mbit,$(
	)busy_percent_2006"
for name in none bridge-nf bridge vifmap; do
	bench_build "$name" veth 1
	no_offloads wire wire0
	no_offloads g0 g0
	direction "$name" receive wire g0 "$(guest_v4 0)"
	direction "$name" transmit g0 wire $v4_wire
	bench_remove
done
