#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The host's eth0.5 and a trunk vif talk to each other in VLAN 5 as if both
# were on the wire; vifs without trunk neither see nor reach it.
#
#   wire0 ---- eth0 (vifmap0) --- eth0.5   host
#    wire       |  |  |  |
#              v0  v1  v2  v3              v0, v1: trunk on
#             veth tap veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap veth tap
must vifmap port set v0 trunk on
must vifmap port set v1 trunk on
own=02:00:00:00:05:05
add_vlan_device 5
for vif in v0 v1 wire; do
	flow "$vif to eth0.5" $vif vlan5 vlan=5 count=2 -- vlan5
	flow "eth0.5 to $vif" vlan5 $vif count=2 -- $vif
	flow "$vif to the host in another VLAN" $vif host vlan=6 --
done
# The kernel gives eth0.5 what comes from the wire before vifmap sees it.
flow "broadcast from the wire in VLAN 5" wire broadcast vlan=5 -- vlan5
flow "broadcast from the wire in another VLAN" wire broadcast vlan=6 -- v0 v1
flow "broadcast from a veth in VLAN 5" v0 broadcast vlan=5 -- v1 vlan5 wire
flow "broadcast from a tap in VLAN 5" v1 broadcast vlan=5 -- v0 vlan5 wire
flow "broadcast from eth0.5" vlan5 broadcast -- wire v0 v1
flow "eth0.5 to a vif without trunk" vlan5 v2 --
flow "a vif without trunk to eth0.5" v3 vlan5 vlan=5 --
flow "untagged frames for the same address are eth0's" v0 host -- host

said="Frames from the wire in VLAN 5 go to eth0.5 of the host, not to vifs"
check "trunk on says who gets the frames" \
	grep -qF "$said" <(vifmap port set v2 trunk on 2>&1)
must vifmap port set v2 trunk off
check "and so does a new VLAN device" grep -qF "${said//5/6}" \
	<(ip link add link eth0 name eth0.6 type vlan id 6 2>&1)
must ip link del eth0.6
must vifmap port set v0 trunk off
must vifmap port set v1 trunk off
is "but not without a trunk vif" \
	"$(ip link add link eth0 name eth0.6 type vlan id 6 2>&1)" ""
must ip link del eth0.6
must vifmap port set v0 trunk on
must vifmap port set v1 trunk on

must ip link set eth0.5 address $own
must ask drop vlan5
must ask end vlan5 - eth0.5 stack vlan=5
must ask mac vlan5 $own
flow "eth0.5 with an address of its own: from a vif" v0 vlan5 vlan=5 -- vlan5
flow "eth0.5 with an address of its own: to a vif" vlan5 v0 -- v0
refused "$own" 1 vifmap mac add $own vif v2
flow "no vif may use it" v0 wire src=$own --
must ip link del eth0.5
is "its address has gone from the map" \
	"$(vifmap mac show pdev eth0 | grep -c $own)" 0
check_sums
finish
