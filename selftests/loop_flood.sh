#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Vifs that are VLAN devices on the other device's pdev: a broadcast that is
# flooded to them leaves by that pdev, where it is one of the host's, to be
# flooded to vifs that are on the first pdev, and so on. One call would not end
# for as good as ever; but a flood within a flood goes to nobody.
#
#   d0 (vifmap0)     d1 (vifmap1)
#    |  vifs: d1.1 ... d1.4
#                     |  vifs: d0.1 ... d0.4

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq
vifs_each=4

lines()
{
	local n vid

	echo "link add d0 type dummy"
	echo "link add d1 type dummy"
	for n in 0 1; do
		quiet_up dev d$n
		for ((vid = 1; vid <= vifs_each; vid++)); do
			echo "link add link d$n name d$n.$vid type vlan id $vid"
			quiet_up dev d$n.$vid
		done
	done
}

attach_lines()
{
	local n vid

	for n in 0 1; do
		for ((vid = 1; vid <= vifs_each; vid++)); do
			echo "attach d$((1 - n)).$vid pdev d$n trunk on"
		done
	done
}

build
must ip -batch - <<<"$(lines)"
must vifmap -b - <<<"$(attach_lines)"
must ask end d0 - d0 stack
read -r _ _ _ _ sent _ <<<"$(interface_count host d1)"
must ask send d0 broadcast
read -r _ _ _ _ now _ <<<"$(interface_count host d1)"
is "one copy for each vif leaves by the other pdev" $((now - sent)) $vifs_each
is "floods within it are counted" "$(vifmap -j stats | jq '[.[] |
	select(.pdev == "d1").ends[] | select(.end == "host").dropped |
	.["flood-rate"] // 0] | add')" $vifs_each
finish
