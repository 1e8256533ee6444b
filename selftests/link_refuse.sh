#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What cannot be a pdev or a vif is refused, with a message that says why, and
# nothing changes.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1               and devices of other kinds
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth tap
must ip -batch - <<'END'
link add d0 type dummy
link add d1 type dummy
link add d2 type dummy
link add d3 type dummy
link add br0 type bridge
link set d0 master br0
link add link d1 name mv1 type macvlan
link add link d2 name up2 type vifmap
tuntap add dev tun0 mode tun
link add link eth0 name eth0.9 type vlan id 9
END
# Where the kernel has no bonding, that part is left out.
bond=n
ip link add bond0 type bond mode balance-alb 2>/dev/null && bond=y
create() { refused "$1" 2 ip link add link "$2" type vifmap; }
attach() { refused "$1" 2 ip link set "$2" master vifmap0; }

refused 'link' 2 ip link add vifmap0 type vifmap
refused 'nodev' 1 vifmap attach v0 pdev nodev
create 'oopback|Ethernet' lo
create 'tun0 is not an Ethernet device' tun0
create 'd0 is in use by br0' d0
create 'd1 is in use by mv1' d1
create 'd2 is in use by up2' d2
create 'up2 is a vifmap device' up2
[ $bond = n ] || create 'bond0.*balance' bond0
refused 'd0 is in use by br0' 1 vifmap attach v0 pdev d0
refused 'd1 is in use by mv1' 1 vifmap attach v0 pdev d1

address() { refused "$1" 2 ip link add link d3 address "$2" type vifmap; }
address 'No device can have' 01:00:5e:00:00:01
address 'No device can have' 00:00:00:00:00:00
address 'six bytes' 02:00:00:00:00:00:00:01

must ip link add link eth0 type vifmap
must ip link set vifmap0 up
create 'eth0 is in use by vifmap0' eth0
attach 'vifmap0' vifmap0
attach 'up2 is a vifmap device' up2
attach 'eth0 is the physical device' eth0
attach 'oopback' lo
attach 'tun0 is not an Ethernet device' tun0
attach 'eth0.9 and eth0|eth0 and eth0.9' eth0.9
attach 'd1 is in use by mv1' d1
refused 'nosuch' 1 vifmap attach nosuch pdev eth0
refused 'master.*br0' 1 vifmap attach d0 pdev eth0
refused 'eth0' 1 vifmap attach eth0 pdev eth0
refused 'lo' 1 vifmap attach lo pdev eth0
refused 'vifmap' 1 vifmap attach vifmap0 pdev eth0

# Netlink finds a vif of another namespace by its index, if at all.
must ip link set d3 netns "${prefix}wire"
refused 'd3' 1 ip link set d3 master vifmap0
refused 'd3' 1 vifmap attach d3 pdev eth0
refused 'namespace' 2 ip link add link d1 name far netns "${prefix}wire" \
	type vifmap

# Its number there is that of another device here. Older kernels make the device
# there first, and cannot move it then.
must ip link add d4 index 4444 type dummy
must ip -n "${prefix}wire" link add d4 index 4444 type dummy
refused 'namespace|Invalid argument' 2 \
	ip link add far link-netns "${prefix}wire" link d4 type vifmap

check "after all that a vif can be attached" vifmap attach v0 pdev eth0
refused 'attached.*vifmap0' 1 vifmap attach v0 pdev eth0
create 'v0 is in use by vifmap0' v0
check "and works" ask send v0 wire
check "as it should" ask expect wire
is "none of this made the pdev promiscuous" "$(promiscuity eth0)" 0
finish
