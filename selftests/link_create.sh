#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap devices are links like others: created, named, shown, changed and
# deleted with ip, on a pdev that is up and in use and of which nothing changes
# by it.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth tap
must ip link add dummy0 type dummy
must wait_until is_settled eth0
before=$(link_state eth0)
same() { is "$1: nothing of the pdev has changed" "$(link_state eth0)" "$before"; }
detail() { ip -d link show dev "$1"; }

check "create" ip link add link eth0 type vifmap
check "it is named by itself" has_link vifmap0
check "its kind and pdev are shown" \
	grep -qz 'vifmap0@eth0:.*vifmap ' <(detail vifmap0)
check "it does no ARP" grep -q NOARP <(detail vifmap0)
is "it starts down" "$(detail vifmap0 | grep -c '[<,]UP[,>]')" 0
same "created"
check "up" ip link set vifmap0 up
same "up"
is "it has no IPv6 address" "$(ip -6 -o address show dev vifmap0)" ""

for vif in v0 v1; do
	check "attach $vif" ip link set $vif master vifmap0
	is "its master is shown" "$(master_of $vif)" vifmap0
	check "its kind as a slave is shown" \
		grep -q 'vifmap_slave' <(detail $vif)
	is "it is not promiscuous" "$(promiscuity $vif)" 0
done
same "vifs attached"
flow "an attached veth works" v0 wire -- wire
check "detach" ip link set v0 nomaster
is "it has no master any more" "$(master_of v0)" ""
flow "a detached veth does not" v0 wire --
same "a vif detached"

check "a second device, on another pdev" ip link add link dummy0 type vifmap
check "it gets the next name" has_link vifmap1
check "it can be deleted" ip link del vifmap1
check "delete with a vif attached" ip link del vifmap0
check "it has gone" has_no_link vifmap0
is "the vif is free" "$(master_of v1)" ""
same "deleted"
flow "the host still has its pdev" wire host -- host

check "create with a name" ip link add link eth0 name sw type vifmap
check "it has it" grep -q 'sw@eth0:' <(detail sw)
check "rename" ip link set sw name sw2
check "attach" ip link set v0 master sw2
check "the tool knows it by its name" grep -q '^sw2: pdev eth0' \
	<(vifmap dev show)
check "delete" ip link del sw2
check "the vif itself can be deleted while it is attached" vifmap attach v0 \
	pdev eth0
must ask drop v0
check "as can be seen" ip link del v0
is "no port is left of it" "$(vifmap port show)" ""
same "at last"
is "promiscuity" "$(promiscuity eth0)" 0
finish
