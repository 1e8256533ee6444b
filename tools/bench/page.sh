#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# page.sh OUTDIR [KERNEL] - put the results of a run of the benchmark into the
# page about performance: each CSV that is there and its plot beside the page, and
# the tables in the page anew, between its lines ".. begin NAME" and
# ".. end NAME". With KERNEL these are the results on another one, of which the
# page shows some, as NAME-KERNEL.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
pages=$(realpath "$here/../../Documentation/networking")
page=$pages/vifmap-performance.rst

die() { echo "${0##*/}: $*" >&2; exit 1; }

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -d "$1" ]; then
	die "usage: ${0##*/} OUTDIR [KERNEL]"
fi
out=$1 suffix=${2:+-$2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the page shows of each table: columns, and which rows, as in
# "peer,cost size=64|1518". The CSV beside it has all of them.
declare -A shown=(
	[A-cost]='path,peer,entries,cost,over_bare,goal,goal_met,stretch_met'
	[A-cost-6.12]='path,peer,entries,cost,over_bare,goal,goal_met peer=bare|vifmap|bridge'
	[B-cpu]='peer,direction,busy_percent,half_width_99,busy_percent_2006'
	[C-guest]='peer,pps,share,loss_percent,switches_per_packet,share_2009'
	[D-packets]='peer,size_bytes,no_loss_pps,full_loss_percent,p50_us,p99_us,p999_us size_bytes=64|512|1518|9000'
	[E-entries]='peer,addresses,ns_per_frame'
	[E-vifs]='peer,vifs,unicast_ns,ns_per_copy,broadcast_loss_percent'
	[E-flood]='peer,vifs,broadcasts_per_second,busy_percent,loss_percent'
	[E-made]='peer,what,number,milliseconds,bytes_each'
	[E2-cpus]='peer,down_pps,up_pps,both_pps,speed_up'
	[F-bulk]='path,peer,mbit,ns_per_byte,extra_ns_per_kb'
)

# rst_table NAME: as a simple table of reStructuredText
rst_table()
{
	local columns rows

	read -r columns rows <<<"${shown[$1]}"
	awk -F , -v columns="$columns" -v rows="${rows-}" '
	NR == 1 {
		n = split(columns, want, ",")
		for (i = 1; i <= NF; i++)
			at[$i] = i
		n_values = split(substr(rows, index(rows, "=") + 1), values, "|")
		filter = at[substr(rows, 1, index(rows, "=") - 1)]
		for (i = 1; i <= n_values; i++)
			wanted[values[i]] = 1
	}
	NR > 1 && filter && !($filter in wanted) { next }
	{
		lines++
		for (i = 1; i <= n; i++) {
			cell[lines, i] = at[want[i]] ? $at[want[i]] : ""
			if (length(cell[lines, i]) > width[i])
				width[i] = length(cell[lines, i])
		}
	}
	function print_rule(i, j) {
		for (i = 1; i <= n; i++) {
			if (i > 1)
				printf "  "
			for (j = 0; j < width[i]; j++)
				printf "="
		}
		print ""
	}
	END {
		print ""
		print_rule()
		for (r = 1; r <= lines; r++) {
			text = ""
			for (i = 1; i <= n; i++)
				text = text sprintf("%-" width[i] "s  ",
					cell[r, i])
			sub(/ +$/, "", text)
			print text
			if (r == 1)
				print_rule()
		}
		print_rule()
		print ""
	}' "$2"
}

# Replaces what is between the two lines; a page without them is a mistake.
replace()
{
	grep -qxF ".. begin $1" "$page" || die "no place for $1 in the page"
	grep -qxF ".. end $1" "$page" || die "no end for $1 in the page"
	awk -v name="$1" -v file="$work/table" '
	$0 == ".. end " name { skip = 0 }
	!skip
	$0 == ".. begin " name {
		while ((getline line <file) > 0)
			print line
		skip = 1
	}' "$page" >"$work/page"
	cat "$work/page" >"$page"
}

mkdir -p "$pages/vifmap-performance"
found=n from=''
for csv in "$out"/*.csv; do
	name=${csv##*/}
	name=${name%.csv}$suffix
	[ "${shown[$name]+is}" ] || continue
	found=y
	cp "$csv" "$pages/vifmap-performance/$name.csv"
	[ ! -e "${csv%.csv}.txt" ] || from=${csv%.csv}.txt
	"$here/plot.sh" "$csv" "$pages/vifmap-performance/$name.svg"
	rst_table "$name" "$csv" >"$work/table"
	replace "$name"
	echo "# $name"
done
[ $found = y ] || die "no tables in $out"
if [ "$from" ] && [ -z "$suffix" ]; then
	{
		echo
		sed -n '/^$/q; /^table:/d; s/^/| /p' "$from"
		echo
	} >"$work/table"
	replace machine
fi
