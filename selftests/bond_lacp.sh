#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An 802.3ad bond as pdev talks LACP with its neighbour: those frames stay with
# the host, and guests use all of its links.
#
#            p0 ---- s0 --+
#   wire0  <              eth0 (vifmap0)   host
#   bond     p1 ---- s1 --+ |  |
#       wire               v0  v1
#                         veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

bond_options="mode 802.3ad miimon 20 lacp_rate fast"

pdev_lines()
{
	echo "link add eth0 address ${mac[host]} type bond $bond_options"
	echo "link add s0 type veth peer name p0 netns ${prefix}wire"
	echo "link add s1 type veth peer name p1 netns ${prefix}wire"
	echo "link set s0 master eth0"
	echo "link set s1 master eth0"
	quiet_up dev s0
	quiet_up dev s1
	quiet_up dev eth0
}

# Whether a bond and its partner have agreed to use both links: each of the four
# ports has all of the state bits that it needs for that.
negotiated()
{
	[ "$(at "$1" grep -c 'port state: 63' "/proc/net/bonding/$2")" -eq 4 ]
}

ip link add type bond 2>/dev/null || skip "no bonding"
must ip netns add "${prefix}wire"
must at wire ip -batch - <<END
link add wire0 address 02:00:00:00:00:02 type bond $bond_options
END
# The namespace is there already.
new_netns() { [ "$1" = wire ] || must ip netns add "$prefix$1"; }
build veth tap
must at wire ip -batch - <<END
link set p0 master wire0
link set p1 master wire0
$(quiet_up dev p0)
$(quiet_up dev p1)
END
attach_vifs
read_stats
set_mark
check "the host's end has both links" wait_until negotiated host eth0
check "the wire's end, too" wait_until negotiated wire wire0
counted "vifs saw nothing of it" v0.tx-packets=0 v1.tx-packets=0
for vif in v0 v1; do
	flow "$vif to the wire" $vif wire count=10 -- wire
	flow "the wire to $vif" wire $vif count=10 -- $vif
done
flow "broadcast from the wire" wire broadcast -- host v0 v1
flow "broadcast from v0" v0 broadcast -- host wire v1
flow "link-local frames stay with the host" wire 01:80:c2:00:00:0e -- host
flow "a guest has no part in LACP" v0 01:80:c2:00:00:02 type=8809 --
counted "that is counted" v0.drop-link-local=1
check "both links are in use still" negotiated host eth0
finish
