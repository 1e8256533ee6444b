#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tagged guests behind a NIC: its VLAN filter takes the VLANs that trunk guests
# use for as long as they are there, and tags arrive as they were sent whether
# the NICs strip and insert them or not.
#
#   wire0 ==== eth0 (vifmap0) --- eth0.5   host; two NICs, joined by cables
#    wire       |  |  |
#              v0  v1  v2                  v0, v1: trunk on
#             veth tap veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool
driver=${driver-virtio_net}
# With this, NICs filter VLANs as soon as they are up.
modprobe -q 8021q
nic_build "$driver" veth tap veth
# Promiscuous, which vmxnet3 has to be, they filter nothing.
filters=y
[ "$driver" != vmxnet3 ] || filters=n
[ $filters = y ] || must ethtool -K eth0 lro off
attach_vifs
must vifmap port set v0 trunk on
must vifmap port set v1 trunk on

accepted() { check "$1" \
	wait_until nic_accepts broadcast "vlan=$2"; }

rejected()
{
	[ $filters = n ] || check "$1" \
		wait_until nic_rejects broadcast "vlan=$2"
}

# Whether doctor says that the NIC has a filter: 1 or 0 times
doctor_warns()
{
	vifmap doctor eth0 | grep -c \
		'^eth0: it drops VLANs .*: ethtool -K eth0 rx-vlan-filter off$'
}

for vif in v0 v1 v2; do
	must wait_until nic_accepts $vif
done
[ $filters = n ] || is "doctor tells of the filter" "$(doctor_warns)" 1

rejected "nobody uses VLAN 7 yet" 7
flow "v0 uses it" v0 wire vlan=7 -- wire
accepted "now it arrives" 7
flow "VLAN 7 from the wire" wire v0 vlan=7 count=10 -- v0
flow "broadcast there" wire broadcast vlan=7 -- v0 v1
rejected "VLAN 8 does not" 8
flow "v2 must not use it" v2 wire vlan=8 --
rejected "nor does it then" 8
flow "v1 may" v1 broadcast vlan=8 -- wire v0
accepted "now it arrives, too" 8

must ip -batch - <<END
link add link eth0 name eth0.7 type vlan id 7
link set eth0.7 addrgenmode none
link set eth0.7 up
link del eth0.7
END
accepted "the host's VLAN device came and went, VLAN 7 stays" 7
must ip link set eth0 down
must ip link set eth0 up
wait_for_nics
accepted "the NIC has been down: VLAN 7" 7

must vifmap port set v1 trunk off
accepted "one of two is no trunk any more: VLAN 7" 7
must vifmap port set v0 trunk off
rejected "none is left: VLAN 7" 7
rejected "and VLAN 8" 8
is "doctor does not mind its filter then" "$(doctor_warns)" 0
must vifmap port set v0 trunk on
rejected "VLAN 7 for a new trunk" 7
must vifmap port set v1 trunk on
flow "v1 uses it" v1 wire vlan=7 -- wire
accepted "it arrives" 7

# tags NAME [TAGS]...: these, both ways
tags()
{
	local name=$1 list tags from to

	shift
	for list; do
		read -r -a tags <<<"$list"
		for to in v0 v1; do
			flow "$name: $list, $to to the wire" $to wire \
				"${tags[@]}" -- wire
			flow "$name: $list, the wire to $to" wire $to \
				"${tags[@]}" -- $to
		done
		flow "$name: $list, broadcast from the wire" wire broadcast \
			"${tags[@]}" -- v0 v1
		flow "$name: $list, broadcast from v0" v0 broadcast \
			"${tags[@]}" -- wire v1
	done
}

# The emulated vmxnet3 strips 802.1ad tags, too, and says they were 802.1Q's.
double=('outer=7 vlan=9' outer=4094)
if [ "$driver" = vmxnet3 ]; then
	tags "NICs as they are" vlan=7
else
	tags "NICs as they are" vlan=7 "${double[@]}"
fi
if [ "$driver" != virtio_net ]; then
	must at wire ethtool -K wire0 rxvlan off
	tags "the wire strips none" vlan=7
	must ethtool -K eth0 rxvlan off
	tags "the pdev strips none" vlan=7 "${double[@]}"
fi
if ethtool -K eth0 txvlan off >/dev/null 2>&1; then
	tags "the pdev inserts none" vlan=7 "${double[@]}"
fi

add_vlan_device 5
for place in wire v0 v1; do
	flow "$place to eth0.5" $place vlan5 vlan=5 -- vlan5
	flow "eth0.5 to $place" vlan5 $place -- $place
done
flow "broadcast from eth0.5" vlan5 broadcast -- wire v0 v1
flow "broadcast from the wire in VLAN 5" wire broadcast vlan=5 -- vlan5
check_sums

must vifmap detach v0
must vifmap detach v1
must vifmap attach v1 pdev eth0 mac "${mac[v1]}"
rejected "VLAN 7 once the trunks were detached" 7
finish
