#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Neither a vif nor a pdev becomes a device of another hardware type: a tap
# told so, a bond that gets a first slave of another type. Detached they may.
#
#   wire0 ---- eth0 (vifmap0)   bond0 (vifmap1)   tap1 (vifmap2)    host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool
build veth tap
must ask drop v1
must ip tuntap add dev tap1 mode tap
must ip tuntap add dev other mode tap
attach_vifs
must vifmap dev set vifmap0 flood-rate 0
fire_between wire host v0 v1
must fire end tap1 - tap1 tap
must fire end other - other tap
must ip link add link tap1 name vifmap2 type vifmap
begin_fire
must ip link set v1 down
is "a vif of another type is refused" "$(fire type v1 512)" \
	"error type: Operation not permitted"
is "so is a pdev" "$(fire type tap1 512)" \
	"error type: Operation not permitted"
must ip link set v1 up
must wait_until is_up v1
moment up
end_fire
went "nobody else loses anything" begin end "$(intact wire host v0)"
went "and the vif is as before" up end "$(intact wire host v0 v1)"

must vifmap detach v1
must ip link del vifmap2
must ip link set v1 down
check "detached it may" fire type v1 512
check "without a vifmap device it may" fire type tap1 512
refused 'v1 is not an Ethernet device' 2 ip link set v1 master vifmap0
refused 'tap1 is not an Ethernet device' 2 ip link add link tap1 type vifmap
check "Ethernet again" fire type v1 1
must ip link set v1 master vifmap0

if ip link add bond0 type bond 2>/dev/null; then
	must ethtool -K bond0 lro off
	must ip link add link bond0 name vifmap1 type vifmap
	must fire type other 512
	is "a slave of another type for a bond that is a pdev is refused" \
		"$(ip link set other master bond0 2>&1 | grep -c .)" 1
	is "it has not got it" "$(master_of other)" ""
	check "its type stays" ip link show dev bond0 type bond
	check "the pdev can be used" vifmap show bond0
	must ip link add name d0 type dummy
	check "a slave of the same type is welcome" ip link set d0 master bond0
	must ip link del bond0
fi
finish
