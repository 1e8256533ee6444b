#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A VLAN device is a pdev like others; its map and that of the device below are
# independent of each other.
#
#   wire0 ---- eth0 (vifmap0) --- eth0.7 (vifmap1)   host
#    wire       |                  |
#              v0                 v1
#             veth                tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth tap
must ip link add link eth0 name eth0.7 type vlan id 7
must ip link set eth0.7 addrgenmode none
must ip link set eth0.7 up
must vifmap attach v0 pdev eth0
must vifmap attach v1 pdev eth0.7 mac "${mac[v1]}"
must ask drop v1
must ask end v1 - v1 tap vlan=7
must ask mac v1 "${mac[v1]}"
must ask end vlan7 - eth0.7 stack vlan=7
flow "the wire to a vif of VLAN 7" wire v1 vlan=7 -- v1
flow "and back" v1 wire -- wire
flow "the host's eth0.7 to it" vlan7 v1 -- v1
flow "and back" v1 vlan7 -- vlan7
flow "broadcast from it" v1 broadcast -- wire vlan7
flow "broadcast in VLAN 7" wire broadcast vlan=7 -- vlan7 v1
flow "untagged broadcast" wire broadcast -- host v0
flow "the wire to a vif of eth0" wire v0 -- v0
flow "a vif of eth0 does not reach it" v0 v1 -- wire

check "the two maps may have the same address" \
	vifmap mac add "${mac[v0]}" vif v1
flow "untagged it is the one's" wire v0 -- v0
flow "tagged the other's" wire v0 vlan=7 -- v1
is "promiscuity of eth0.7" "$(promiscuity eth0.7)" 0
must ip link del vifmap1
must ip link del vifmap0
flow "both gone" wire vlan7 vlan=7 -- vlan7
finish
