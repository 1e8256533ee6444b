#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# plot.sh CSV SVG - draw a table of the benchmark. What is drawn is chosen by the
# name of the file: A-cost.csv, B-cpu.csv and so on. Bars have their values
# beside them, lines their names; vifmap is blue, whatever is no switch is light.
# Packages: gnuplot-nox
set -euo pipefail
export LC_ALL=C.UTF-8

# shellcheck source=tools/bench/names.sh
. "$(dirname "$(realpath "$0")")/names.sh"

die() { echo "${0##*/}: $*" >&2; exit 1; }

[ $# -eq 2 ] || die "usage: ${0##*/} CSV SVG"
[ -r "$1" ] || die "cannot read $1"
command -v gnuplot >/dev/null || die "gnuplot is missing (package gnuplot-nox)"
csv=$1 svg=$2
name=${csv##*/}
name=${name%.csv}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
script=$work/script
# Of lines; that of vifmap is its own
colours=(8a6d3b 3f8f5f a8486b 7a63b0 2f8f9d 8f8f2f c46f3a)
vifmap_colour=1b6ca8 no_switch_colour=8f98a0

# column NAME: its number
column()
{
	head -n 1 "$csv" | tr , '\n' | grep -nx "$1" | cut -d : -f 1 ||
		die "$csv has no column $1"
}

# pick LABEL VALUE [ERROR [COLUMN=TEXT]...]: the rows that have these texts, as
# label, value, error and colour, for bars. Rows without a value are left out.
pick()
{
	local label value error='' wanted='' condition

	label=$(column "$1") value=$(column "$2")
	[ -z "${3-}" ] || error=$(column "$3")
	for condition in "${@:4}"; do
		wanted+="$(column "${condition%%=*}")=${condition#*=}"$'\t'
	done
	awk -F , -v OFS='\t' -v label="$label" -v value="$value" \
		-v error="${error:-0}" -v wanted="$wanted" '
	BEGIN { n = split(wanted, list, "\t") - 1 }
	NR == 1 { next }
	{
		for (i = 1; i <= n; i++) {
			split(list[i], pair, "=")
			if ($pair[1] != pair[2])
				next
		}
		if ($value == "")
			next
		colour = "0x98a4b0"
		if ($label ~ /^vifmap/)
			colour = "0x1b6ca8"
		if ($label ~ /^(no switch|bare)/)
			colour = "0xcfd6dd"
		print $label, $value, error ? $error : 0, colour
	}' "$csv"
}

begin() # TITLE ROWS COLUMNS WIDTH HEIGHT
{
	cat >"$script" <<-END
	set terminal svg size $4,$5 font "Helvetica,13" noenhanced background "#ffffff"
	set output "$work/svg"
	set datafile separator "\t"
	set multiplot layout $2,$3 title "$1" font ",17" noenhanced
	set border 3 lc rgb "#808080"
	set tics nomirror
	set grid lc rgb "#e8e8e8"
	END
}

# bars TITLE AXIS FORMAT [GOAL [CUT]]: a panel of bars from standard input; a
# dashed line where the goal is. A bar that is longer than CUT ends there, and its
# value has dots before it.
bars()
{
	local data count goal='' mark=''

	data=$(mktemp -p "$work")
	cat >"$data"
	count=$(wc -l <"$data")
	if [ "$count" -eq 0 ]; then
		echo 'set multiplot next' >>"$script"
		return
	fi
	if [ -n "${4-}" ]; then
		printf '%s\t%s\n' "$4" -0.6 "$4" "$count" >"$data.goal"
		goal="\"$data.goal\" using 1:2 with lines dt 2 lw 1.5 lc rgb \"#c04030\","
		mark="set label 1 \"goal\" at $4, graph 1.05 center \\
			tc rgb \"#c04030\" font \",11\""
	fi
	cat >>"$script" <<-END
	unset logscale
	set xrange [*:*]
	set yrange [*:*]
	stats "$data" using (\$2 + \$3) nooutput
	top = STATS_max > 0 ? STATS_max : 1
	top = ${5:-top} < top ? ${5:-top} : top
	top = ${4:-top} > top ? ${4:-top} : top
	low = STATS_min < 0 ? STATS_min : 0
	shown(value) = value > top ? top : value
	unset label
	$mark
	unset key
	unset grid
	set title "$1" font ",14" noenhanced
	set xlabel "$2" noenhanced
	unset ylabel
	set xrange [low * 1.3:top * 1.3]
	set yrange [$count - 0.4:-0.6]
	set xtics (0)
	set ytics ()
	set ytics scale 0 tc rgb "#202020"
	set style fill solid 1.0 noborder
	set style textbox opaque noborder fillcolor rgb "#ffffff" margins 0.2, 0
	plot "$data" using (shown(\$2) / 2):0:(abs(shown(\$2)) / 2):(0.36):4:ytic(1) \\
			with boxxyerror lc rgb variable, $goal \\
		"$data" using (\$3 > 0 ? \$2 : NaN):0:3 with xerrorbars \\
			lc rgb "#303030" pt 0 lw 1.5, \\
		"" using (\$2 > 0 ? shown(\$2 + \$3) : 0):0:(sprintf(\$2 > top ? \\
				"... $3" : "$3", \$2)) \\
			with labels left offset 1,0 boxed \\
			noenhanced font ",12"
	END
}

# lines TITLE XAXIS YAXIS X Y [LOG]: a panel of a line for each peer; LOG names
# the axes that are logarithmic. A line's name is at its end; where these are too
# near to each other they are moved apart.
lines()
{
	local x y peer data names log=${6-}

	data=$(mktemp -p "$work")
	x=$(column "$4") y=$(column "$5") peer=$(column peer)
	mapfile -t names < <(awk -F , -v p="$peer" -v y="$y" \
		'NR > 1 && $y != "" && !seen[$p]++ { print $p }' "$csv")
	awk -F , -v p="$peer" -v x="$x" -v y="$y" -v log_y="${log/x/}" \
		-v vifmap=$vifmap_colour -v no_switch=$no_switch_colour \
		-v colours="${colours[*]}" '
	BEGIN { palette_size = split(colours, palette, " ") }
	NR == 1 || $y == "" { next }
	{
		if (!($p in number)) {
			number[$p] = n++
			name[n - 1] = $p
		}
		line[$p] = line[$p] $x "\t" $y "\n"
		at_x[$p] = $x
		v = log_y ? log($y > 0 ? $y : 0.001) : $y
		end[$p] = v
		if (!any++ || v > high)
			high = v
		if (any == 1 || v < low)
			low = v
	}
	function place(v) { return log_y ? exp(v) : v }
	END {
		for (i = 0; i < n; i++)
			print line[name[i]] "\n"
		# Names from the lowest end to the highest, each some way up
		gap = (high - (log_y ? low : 0)) / 15
		for (i = 0; i < n; i++)
			order[i] = name[i]
		for (i = 0; i < n; i++)
			for (j = i + 1; j < n; j++)
				if (end[order[j]] < end[order[i]]) {
					t = order[i]
					order[i] = order[j]
					order[j] = t
				}
		last = -1e30
		for (i = 0; i < n; i++) {
			v = end[order[i]]
			colour = palette[number[order[i]] % palette_size + 1]
			if (order[i] == "vifmap")
				colour = vifmap
			if (order[i] == "no switch")
				colour = no_switch
			if (v < last + gap)
				v = last + gap
			last = v
			printf "%s\t%g\t0x%s\t%s\n", at_x[order[i]],
				place(v), colour, order[i]
		}
	}' "$csv" >"$data"
	{
		cat <<-END
		unset key
		unset logscale
		set grid lc rgb "#e8e8e8"
		set title "$1" font ",14" noenhanced
		set xlabel "$2" noenhanced
		set ylabel "$3" noenhanced
		set format x "%g"
		set format y "%g"
		set ytics autofreq
		set ytics scale 1
		set xtics autofreq
		set xrange [*:*]
		set yrange [*:*]
		stats "$data" using 1:2 nooutput
		set xrange [STATS_min_x:STATS_max_x * ($x_room)]
		set yrange [$(case $log in
			*y) echo 'STATS_min_y * 0.8:STATS_max_y * 1.3' ;;
			*) echo '0:STATS_max_y * 1.1' ;;
			esac)]
		${log:+set logscale $log}
		END
		printf 'plot '
		lines_of "$data" "${names[@]}"
		echo "\"$data\" index ${#names[@]} using 1:2:4:3 with labels" \
			'left offset 0.8,0 tc rgb variable noenhanced font ",12"'
	} >>"$script"
}

# A line's style: vifmap's alone is thick
lines_of()
{
	local data=$1 number=0 style name

	shift
	for name; do
		style="lw 1.6 lc rgb \"#${colours[number % ${#colours[@]}]}\" pt 7 ps 0.4"
		[ "$name" != vifmap ] ||
			style="lw 3.2 lc rgb \"#$vifmap_colour\" pt 7 ps 0.6"
		[ "$name" != 'no switch' ] ||
			style="lw 1.6 dt 2 lc rgb \"#$no_switch_colour\" pt 7 ps 0.4"
		printf '"%s" index %d with linespoints %s, ' "$data" $number \
			"$style"
		number=$((number + 1))
	done
}

# --- the tables ---

values() { awk -F , -v c="$(column "$1")" 'NR > 1 && !seen[$c]++ { print $c }' "$csv"; }

# Table A has the names of the command line.
long_names()
{
	local switch values

	while IFS=$'\t' read -r switch values; do
		printf '%s\t%s\n' "${label[$switch]-$switch}" "$values"
	done
}

# What is several times as expensive as all others leaves no room for these.
draw_A-cost()
{
	local path count goal cut

	count=$(values path | wc -l)
	begin 'What a packet costs: instructions, each path apart' \
		$(((count + 2) / 3)) 3 1350 $((60 + 270 * ((count + 2) / 3)))
	while read -r path; do
		goal=$(pick peer goal '' "path=$path" | tail -n 1 | cut -f 2)
		cut=$(pick peer cost '' "path=$path" | grep -v '^raw' |
			cut -f 2 | sort -n | tail -n 1)
		# Of vifmap, the row with the most addresses
		pick peer cost '' "path=$path" | awk -F '\t' '
			$1 in at { line[at[$1]] = $0; next }
			{ at[$1] = n; line[n++] = $0 }
			END { for (i = 0; i < n; i++) print line[i] }' |
			long_names |
			bars "$path" 'instructions a packet' %.0f "$goal" "$cut"
	done < <(values path)
}

draw_B-cpu()
{
	local direction

	begin 'TCP at a fixed rate: how busy the processor is' 2 2 1100 620
	for direction in receive transmit; do
		pick peer busy_percent half_width_99 "direction=$direction" |
			bars "A guest: $direction, with 99 % interval" \
				'percent of a processor' %.2f
		pick peer busy_percent_2006 '' "direction=$direction" |
			bars "2006, P4 Xeon, 940 Mb/s: $direction" \
				'percent of a processor' %.2f
	done
}

draw_C-guest()
{
	begin 'A guest sends small datagrams: 64 bytes on the wire' 1 3 1350 380
	pick peer share | bars 'Rate, as a share of no switch' 'share' %.3f
	pick peer share_2009 | bars 'The same in 2009' 'share' %.2f
	pick peer switches_per_packet |
		bars 'Changes of thread for each' 'changes a datagram' %.4f
}

draw_D-packets()
{
	local x_room=4.4

	begin 'From the wire to a guest, by size of frame' 2 2 1250 900
	lines 'Highest rate without loss' 'bytes a frame' 'packets a second' \
		size_bytes no_loss_pps x
	lines 'As fast as can be sent: what arrives' 'bytes a frame' \
		'packets a second' size_bytes full_arrived_pps x
	lines 'Latency: half arrives within' 'bytes a frame' 'microseconds' \
		size_bytes p50_us xy
	lines 'Latency: 99.9 % arrives within' 'bytes a frame' 'microseconds' \
		size_bytes p999_us xy
}

draw_E-entries()
{
	local x_room=4.5

	begin 'Addresses behind a vif' 1 1 800 420
	lines 'A frame from the wire, with sending and receiving it' \
		'addresses that the switch knows' 'ns (icount: instructions)' \
		addresses ns_per_frame x
}

draw_E-vifs()
{
	local x_room=2

	begin 'Many vifs' 1 2 1200 420
	lines 'A frame for one of them' vifs 'ns (icount: instructions)' vifs unicast_ns x
	lines 'A broadcast, by the number of its copies' vifs \
		'ns a copy (icount: instructions)' vifs ns_per_copy x
}

draw_E-flood()
{
	local vifs

	vifs=$(values vifs | tail -n 1)
	begin "A hundred broadcasts a second from the wire to $vifs vifs" 1 2 \
		1100 260
	pick peer busy_percent | bars 'What it takes' 'percent of a processor' %.2f
	pick peer loss_percent | bars 'What does not arrive' 'percent' %.2f
}

draw_E-made()
{
	local what

	begin 'Many at once' 2 2 1100 460
	while read -r what; do
		pick peer milliseconds '' "what=$what" | bars \
			"Time for $(awk -F , -v w="$what" '
				$2 == w { print $3; exit }' "$csv") in one batch: $what" \
			'milliseconds' %.0f
		pick peer bytes_each '' "what=$what" |
			bars "Memory of each $what" 'bytes' %.0f
	done < <(values what)
}

draw_E2-cpus()
{
	begin 'Two processors, one direction on each' 1 2 1200 340
	pick peer both_pps | bars 'Frames that both forward' 'frames a second' %.0f
	pick peer speed_up | bars 'As a multiple of one' 'times' %.2f
}

draw_F-bulk()
{
	local path

	begin 'Bulk TCP with all offloads, ends included' 3 2 1150 900
	while read -r path; do
		pick peer mbit '' "path=$path" |
			bars "${path^}: throughput" 'Mb/s' %.0f
		pick peer extra_ns_per_kb '' "path=$path" |
			bars "${path^}: what the switch adds" \
				'nanoseconds for 1000 bytes (icount: instructions)' %.1f
	done < <(values path)
}

declare -F "draw_$name" >/dev/null || die "no plot for $name"
"draw_$name"
echo 'unset multiplot' >>"$script"
gnuplot "$script" || die "gnuplot does not take what it was given"
# gnuplot's titles are its own name and those of the files it read, which were
# others the time before.
sed 's|<title>[^<]*</title>||g; s|<desc>.*</desc>||' "$work/svg" >"$svg"
