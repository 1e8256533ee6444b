#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap stats --prometheus: Prometheus's text format, whatever an interface is
# called, with all the counters that the JSON has. What promtool and the node
# exporter make of it is in integration/prometheus.sh.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  x"\y<ff>
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq
topology veth
text=$tmp/vifmap.prom

# What is wrong with the format, or with the names by Prometheus's customs
lint()
{
	awk '
	function wrong(why) { print FILENAME ":" FNR ": " why ": " $0 }
	/^# HELP / {
		if ($3 in type || $0 !~ /^# HELP [a-z_]+ [A-Z].*\.$/)
			wrong("HELP")
		helped = $3
		next
	}
	/^# TYPE / {
		if (NF != 4 || $3 != helped || $3 in type)
			wrong("TYPE")
		type[name = $3] = $4
		if (name !~ /^vifmap_[a-z_]+$/)
			wrong("name")
		if (($4 == "counter") != (name ~ /_total$/))
			wrong("_total is for counters")
		if ($4 !~ /^(counter|gauge)$/)
			wrong("type")
		next
	}
	{
		samples++
		if ($0 !~ "^" name "{")
			wrong("not of the metric above it")
		if ($0 !~ /^[a-z_]+{([a-z]+="([^"\\]|\\["\\n])*",?)+} [0-9]+$/ ||
		    $0 ~ /,}/)
			wrong("syntax")
		key = $0
		sub(/ [0-9]+$/, "", key)
		if (seen[key]++)
			wrong("twice")
	}
	END { if (!samples) print "no samples" }
	' "$1"
}

# The same from the JSON: its strings are written as labels are. The byte that is
# no text is spelled out in those.
of_json()
{
	vifmap -j stats | sed 's/\xff/\\\\xff/g' | jq -r '
	def pair($name; $value):
		if $value then "\($name)=\($value | tojson)" else empty end;
	def labels($d; $e; $reason): [
		pair("dev"; $d.dev), pair("pdev"; $d.pdev),
		pair("end"; $e["end"]),
		(if $e["end"] == "vif" then pair("vif"; $e.ifname)
		else empty end), pair("reason"; $reason)] | join(",");
	def metric: sub("^copies$"; "copied") | gsub("-"; "_") |
		if test("_(packets|bytes)$") then . else . + "_packets" end;
	.[] as $d | $d.ends[] as $e |
	($e.dropped | to_entries[] |
		"vifmap_dropped_packets_total{\(labels($d; $e; .key))} \(.value)"),
	($e | del(.["end"], .ifname, .dropped) | to_entries[] |
		"vifmap_\(.key | metric)_total{\(labels($d; $e; null))} \(.value)")
	' | sort
}

odd=$'x"\\y\xff'
must ip link add "$odd" type veth peer name odd-peer
must ip link set "$odd" addrgenmode none
must vifmap attach "$odd" pdev eth0 mac 02:00:00:00:0a:01
must ip -batch - <<<"$(quiet_up dev odd-peer)"
must ask send v0 wire count=3
must ask send v0 wire src=02:00:00:00:0a:09 count=2
must wait_until stats_stand_still

vifmap stats --prometheus >"$text" 2>"$tmp/errors"
is "status" "$? $(<"$tmp/errors")" "0 "
is "the format" "$(lint "$text" 2>&1 | head -n 5)" ""
is "a name with a quote, a backslash and a byte that is no text" \
	"$(grep -c 'vif="x\\"\\\\y\\\\xff"' "$text")" \
	"$(grep -c 'vif="v0"' "$text")"
check "the counters are those of the JSON" diff \
	<(grep '^[^#].*_total{' "$text" | sort) <(of_json)
check "three frames" grep -qxF \
	'vifmap_wire_packets_total{dev="vifmap0",pdev="eth0",end="vif",vif="v0"} 3' \
	"$text"
check "two were dropped" grep -qxF \
	"$(printf '%s' 'vifmap_dropped_packets_total{dev="vifmap0",pdev="eth0",' \
	'end="vif",vif="v0",reason="spoofed"} 2')" "$text"
check "the map's size" grep -qxF \
	'vifmap_device_macs{dev="vifmap0",pdev="eth0"} 2' "$text"
check "one of the vifs is up" grep -qxF \
	'vifmap_vif_up{dev="vifmap0",pdev="eth0",vif="v0"} 1' "$text"

vifmap stats v0 --prometheus >"$tmp/one"
is "a vif alone: the format" "$(lint "$tmp/one" 2>&1 | head -n 5)" ""
is "nothing else" "$(grep -v '^#' "$tmp/one" | grep -vc 'vif="v0"')" 0
vifmap stats --prometheus eth0 >"$tmp/one"
is "of a pdev" "$(<"$tmp/one")" "$(<"$text")"
is "nothing at all" "$(vifmap -n "${prefix}wire" stats --prometheus)" ""
refused 'do not go together' 2 vifmap -j stats --prometheus
refused 'nothere' 1 vifmap stats nothere --prometheus
finish
