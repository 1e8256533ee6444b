#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A VLAN device with reorder_hdr off, which leaves the tag in what it receives,
# is refused as pdev and as vif. When that is switched off afterwards, what comes
# in there is not forwarded, and counted; the host still gets its own.
#
#   wire0 ---- eth0 --- eth0.7 (vifmap0)   host
#    wire                |      |
#                       v0    v1.9
#                             v1           v1: its guest is on its eth0.9
#                       veth  veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

# The guests know nothing of VLAN 7, and nobody else of VLAN 9.
reopen()
{
	must ask drop "$1"
	must ask end "$1" "$prefix$1" "$2" link vlan=7
}

set_reorder() { must ip link set "$1" type vlan reorder_hdr "$2"; }

build veth veth
must ip -batch - <<END
link add link eth0 name eth0.7 type vlan id 7 reorder_hdr off
link add link v1 name v1.9 type vlan id 9 reorder_hdr off
$(quiet_up dev eth0.7)
$(quiet_up dev v1.9)
END
must ip -n "${prefix}v1" -batch - <<END
link add link eth0 name eth0.9 type vlan id 9
$(quiet_up dev eth0.9)
END
reopen v0 eth0
reopen v1 eth0.9
attach=(vifmap attach v1.9 pdev eth0.7 mac "${mac[v1]}")

refused 'ip link set eth0.7 type vlan reorder_hdr on' 2 \
	ip link add link eth0.7 type vifmap
must ip link add link eth0.7 name eth0.8 type vlan id 8
refused 'ip link set eth0.7 type vlan reorder_hdr on' 2 \
	ip link add link eth0.8 type vifmap
must ip link del eth0.8
set_reorder eth0.7 on
must vifmap attach v0 pdev eth0.7
refused 'ip link set v1.9 type vlan reorder_hdr on' 1 "${attach[@]}"
set_reorder v1.9 on
check "v1.9 can be attached with it on" "${attach[@]}"
vifs=(v0 v1.9)

must ask end vlan7 - eth0.7 stack vlan=7
flow "the wire to v0" wire v0 vlan=7 -- v0
flow "the wire to v1" wire v1 vlan=7 -- v1
flow "v1 to v0" v1 v0 -- v0
flow "broadcast from the wire" wire broadcast vlan=7 -- vlan7 v0 v1
flow "broadcast from v1" v1 broadcast -- wire vlan7 v0

# What the host sees of a frame has the tag in it then.
set_reorder eth0.7 off
must ask drop vlan7
must ask end vlan7 - eth0.7 stack
read_stats
set_mark
flow "off on the pdev: the wire to v0" wire v0 vlan=7 count=3 --
counted "counted" wire.rx-packets=3 wire.drop-malformed=3 wire.host=0
flow "broadcast from the wire" wire broadcast vlan=7 -- vlan7
counted "counted" wire.rx-packets=1 wire.drop-malformed=1 wire.copies=1 \
	wire.host=1 wire.flooded=0
flow "the wire to the host" wire vlan7 vlan=7 -- vlan7
flow "v0 to the wire" v0 wire -- wire
flow "v0 to v1" v0 v1 -- v1
check_sums
set_reorder eth0.7 on
must ask drop vlan7
must ask end vlan7 - eth0.7 stack vlan=7
flow "on again: the wire to v0" wire v0 vlan=7 -- v0

set_reorder v1.9 off
read_stats
set_mark
flow "off on a vif: v1 to the wire" v1 wire count=2 --
flow "v1 to v0" v1 v0 --
flow "v1 to the host" v1 vlan7 --
flow "broadcast from v1" v1 broadcast --
counted "counted" v1.9.rx-packets=5 v1.9.drop-malformed=5
flow "what is for v1 still arrives" wire v1 vlan=7 -- v1
check_sums
set_reorder v1.9 on
flow "on again: v1 to the wire" v1 wire -- wire
finish
