#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: prometheus prometheus-node-exporter curl
# Roots: bookworm trixie
#
# What vifmap stats --prometheus prints is good to promtool; written as
# vifmap(8) says, it is what Prometheus gets from the node exporter of Debian's
# package.
#
#   wire0 ---- eth0 (vifmap0)   host   node exporter
#    wire       |  |
#              v0  x"\y<ff>
#             veth veth

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it writes to /var"
need_commands curl prometheus-node-exporter promtool setpriv
page=$here/../tools/vifmap/vifmap.8
text=/var/lib/prometheus/node-exporter/vifmap.prom

# on_page PATTERN: what follows it in a line of the manual page
on_page()
{
	sed -n "s/^$1//p" "$page" | sed 's/\\(aq/'"'"'/g; s/\\-/-/g'
}

# The samples of vifmap in a file, a line each, in the order of their names: the
# exporter sorts labels, adds empty ones, and writes large numbers its own way.
samples()
{
	awk '
	BEGIN { order = split("dev pdev end vif reason", names, " ") }
	/^vifmap_/ {
		line = $0
		sub(/{.*/, "", line)
		split("", labels)
		rest = substr($0, length(line) + 2)
		while (match(rest, /^,?[a-z]+="([^"\\]|\\.)*"/)) {
			pair = substr(rest, 1, RLENGTH)
			rest = substr(rest, RLENGTH + 1)
			sub(/^,/, "", pair)
			labels[substr(pair, 1, index(pair, "=") - 1)] = pair
		}
		for (i = 1; i <= order; i++)
			if (labels[names[i]] !~ /^([a-z]+="")?$/)
				line = line " " labels[names[i]]
		sub(/^} /, "", rest)
		printf "%s %.0f\n", line, rest
	}' "$1" | sort
}

scrape() { curl -sSf -o "$tmp/scraped" http://127.0.0.1:9100/metrics; }

# sample METRIC LABELS-AND-VALUE: it was scraped
sample()
{
	check "$1 $2" grep -qxF \
		"vifmap_$1 dev=\"vifmap0\" pdev=\"eth0\" $2" "$tmp/samples"
}

topology veth
odd=$'x"\\y\xff'
must ip link add "$odd" type veth peer name odd-peer
must ip link set "$odd" addrgenmode none
must vifmap attach "$odd" pdev eth0 mac 02:00:00:00:0a:01
must ip link set lo up
must ask send v0 wire count=3
must ask send v0 wire src=02:00:00:00:0a:09 count=2
must wait_until stats_stand_still

cron=$(on_page '\* \* \* \* \* root ')
is "a timer does the same as cron" \
	"cd $(on_page WorkingDirectory=) && $(on_page 'ExecStart=sh .*-c ')" \
	"${cron%%&& *}&& '${cron#*&& }'"
check "what the manual page says" sh -c "$cron"
check "promtool" promtool check metrics <"$text"

# As its unit starts it, but without what it has to say of other things
# shellcheck source=/dev/null
. /etc/default/prometheus-node-exporter
# shellcheck disable=SC2086 # words
background host setpriv --reuid=prometheus --regid=prometheus --init-groups \
	prometheus-node-exporter ${ARGS-} --collector.disable-defaults \
	--collector.textfile >"$tmp/exporter" 2>&1
wait_until scrape || sed 's/^/# /' "$tmp/exporter"
check "the exporter answers" scrape
check "it has nothing to complain of" \
	grep -qx 'node_textfile_scrape_error 0' "$tmp/scraped"
samples "$tmp/scraped" >"$tmp/samples"
sample wire_packets_total 'end="vif" vif="v0" 3'
sample dropped_packets_total 'end="vif" vif="v0" reason="spoofed" 2'
sample device_macs 2
sample vif_up 'vif="v0" 1'
sample vif_up 'vif="x\"\\y\\xff" 0'
check "it has all that was written" diff <(samples "$text") "$tmp/samples"

must ask send v0 wire
must wait_until stats_stand_still
must sh -c "$cron"
must scrape
samples "$tmp/scraped" >"$tmp/samples"
sample wire_packets_total 'end="vif" vif="v0" 4'
is "nothing is left beside it" "$(ls "${text%/*}")" "${text##*/}"
finish
