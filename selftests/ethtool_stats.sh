#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ethtool -i and -S of a vifmap device: what it is, and all counters of the wire,
# the host and the device as an end, the same that vifmap stats shows.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |
#              v0
#             veth

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

need_commands ethtool jq
topology veth
flow "to the wire" v0 wire count=3 -- wire:3
flow "for everybody" wire broadcast -- v0 host
must ask send v0 wire src=02:00:00:00:0a:09
must wait_until stats_stand_still

by_ethtool()
{
	ethtool -S vifmap0 | sed -nE 's/^ +([a-z]+-[a-z-]+): ([0-9]+)$/\1 \2/p' |
		sort
}

by_vifmap()
{
	vifmap -j stats vifmap0 | jq -r '.[0].ends[] | select(.["end"] != "vif") |
		.["end"] as $e | (del(.["end"], .ifname, .dropped) + (.dropped |
		with_entries(.key |= "drop-" + .))) | to_entries[] |
		"\($e)-\(.key) \(.value)"' | sort
}

check "the counters are the same" diff <(by_ethtool) <(by_vifmap)
check "and some have counted" grep -qx 'wire-tx-packets 3' <(by_ethtool)
check "the driver" grep -qx 'driver: vifmap' <(ethtool -i vifmap0)
is "its version" "$(ethtool -i vifmap0 | sed -n 's/^version: //p')" \
	"$(modinfo -F version "${VIFMAP_MODULE-vifmap}")"
is "the speed is the pdev's" "$(ethtool vifmap0 | grep Speed)" \
	"$(ethtool eth0 | grep Speed)"
finish
