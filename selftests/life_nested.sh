#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap devices on top of each other, through VLAN devices: on the NIC, on a
# VLAN device of it, on a VLAN device of a vifmap device that is an end of its
# own. Each has a map, all filters are set up and taken down again, and they may
# go in any order.
#
#   wire0 ---- eth0 (vifmap0, host-port) --- vifmap0.6 (vifmap6)   host
#    wire       |    |                          |
#               |  eth0.5 (vifmap5)             v2
#              v0    |
#             veth   v1 tap                    veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq
build veth tap veth
must ask drop v1

vlan_lines()
{
	echo "link add link $1 name $2 type vlan id $3"
	quiet_up dev "$2"
}
must ip -batch - <<<"$(vlan_lines eth0 eth0.5 5)"
before=$(port_state eth0; port_state eth0.5)

nest()
{
	must vifmap attach v0 pdev eth0 trunk on
	must vifmap dev set vifmap0 host-port on
	must ip -batch - <<<"$(vlan_lines vifmap0 vifmap0.6 6)"
	must vifmap attach v1 pdev eth0.5 mac "${mac[v1]}" learn 2
	must vifmap attach v2 pdev vifmap0.6
	must wait_until is_up v2
}

nest
must ask end v1 - v1 tap vlan=5
must ask mac v1 "${mac[v1]}"
must ask drop v2
must ask end v2 "${prefix}v2" eth0 link vlan=6
flow "the wire to the NIC's vif" wire v0 -- v0
flow "the wire to the VLAN device's" wire v1 vlan=5 -- v1
flow "from it" v1 wire -- wire
is "vifmap0.6 is a pdev" "$(vifmap port show v2 | grep -c 'pdev vifmap0.6')" 1
flow "broadcast in its VLAN, from the wire" wire broadcast vlan=6 -- v0 v2
# vifmap0 as an end has one address, and like any vif it sends from no other.
flow "what its vif sends is not the end's own" v2 broadcast --
is "and counted as such" "$(vifmap -j stats vifmap0 |
	jq -r '..|objects|select(.end=="port").dropped.spoofed//empty')" 1
flow "learned behind a VLAN device" v1 wire src=02:00:00:00:0a:01 -- wire
flow "and reached there" wire 02:00:00:00:0a:01 vlan=5 -- v1

for order in "vifmap0 $(vifmap dev show | sed -n 's/: pdev eth0.5 .*//p')" \
	     "eth0.5 vifmap0.6 vifmap0" "vifmap0.6 vifmap0 eth0.5"; do
	for name in $order; do
		must ip link del "$name"
	done
	is "deleted in the order $order: none is left" "$(vifmap dev show)" ""
	has_link eth0.5 ||
		must ip -batch - <<<"$(vlan_lines eth0 eth0.5 5)"
	is "the pdevs are as before" "$(port_state eth0; port_state eth0.5)" \
		"$before"
	nest
done
flow "and again they work" wire v0 -- v0
flow "both of them" wire v1 vlan=5 -- v1
finish
