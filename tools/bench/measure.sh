#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# measure.sh TABLE OUTDIR - fill OUTDIR with a table, in the machine that is
# measured, and say beside each of its files where it comes from
set -u

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

table=$1 out=$2

# PROGRAM [ARG]...: the first line that it says of itself
version_of()
{
	! command -v "$1" >/dev/null || "$@" 2>&1 | sed 1q
}

cpu_model()
{
	sed -n '/^model name/ { s/.*: //p; q }' /proc/cpuinfo
}

describe()
{
	local name

	echo "table: ${table^^}"
	echo "date: $BENCH_DATE"
	echo "kernel: $(uname -srvm)"
	echo "processor: $(cpu_model), $(nproc) of them"
	echo "clock: $(</sys/devices/system/clocksource/clocksource0/current_clocksource)"
	echo "vifmap: $(vifmap -V 2>/dev/null | sed 1q)"
	version_of ip -V
	version_of tc -V
	version_of iptables -V
	version_of ovs-vswitchd --version
	version_of iperf3 --version
	echo
	echo "commands:"
	echo "make bench${TABLES:+ TABLES=\"$TABLES\"}${QUICK:+ QUICK=$QUICK}"
	echo "tools/bench/table-$table.sh OUTDIR"
	for name in PATHS PEERS ENTRIES FRAMES; do
		[ -z "${!name-}" ] || echo "$name=${!name}"
	done
	awk '!seen[$0]++' "$BENCH_NOTES"
}

BENCH_NOTES=$(mktemp)
export BENCH_NOTES
"$bench/table-$table.sh" "$out"
status=$?
text=$(describe)
for csv in "$out/${table^^}"-*.csv; do
	[ ! -e "$csv" ] || echo "$text" >"${csv%.csv}.txt"
done
rm -f "$BENCH_NOTES"
exit $status
