#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-cost.sh [-k VERSION] - that no path through vifmap costs more than its
# goal, in the file goals, by more than what two measurements may differ. A line
# for each path; fails when one is worse, or is not there. Counted, not timed.
set -euo pipefail

bench=$(dirname "$(realpath "$0")")
kernel=6.1
while getopts k: option; do
	case $option in
	k) kernel=$OPTARG ;;
	*) echo "usage: ${0##*/} [-k VERSION]" >&2; exit 2 ;;
	esac
done

# Copies of frames, and what goes by way of processes, depend on the number of
# addresses no more than the rest does.
unset TABLES
export ENTRIES=4096 FRAMES=2048 QUICK=

# All that have a goal, but one: its costs differ by ten from run to run, too much
# for a goal that they meet within fifteen.
mapfile -t paths < <(sed -n 's/^\([a-z][^[:space:]]*\).*/\1/p' "$bench/goals" |
	grep -v wire-to-vhost)
export PATHS="${paths[*]}"

# judge PATH: a line, from the columns of table A
judge()
{
	awk -F, -v path="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
	$1 != path || $2 != "vifmap" { next }
	{
		lost = $column["lost_percent"] + 0
		over = $column["over_bare"]
		bad = $column["goal_met"] == "FAIL" || lost > 0
		text = (bad ? "not ok " : "ok ") path ": " $column["cost"]
		text = text ", goal " $column["goal"]
		if (over != "")
			text = text ", " over " over a bare handler"
		if (lost > 0)
			text = text ", " lost " % of the frames lost"
		print text
		seen = 1
		failed += bad
	}
	END {
		if (!seen)
			print "not ok " path ": not measured"
		exit !seen || failed > 0
	}' "$work/$kernel/A-cost.csv"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
BENCH_OUT=$work "$bench/bench.sh" -k "$kernel" -P bare -P vifmap A \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
status=0
for path in "${paths[@]}"; do
	judge "$path" || status=1
done
exit $status
