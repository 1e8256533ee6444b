#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP in VLANs of trunk guests, to each other, the wire and a VLAN device of the
# host, also in a VLAN within another, with checksums and segments still to be
# made: every byte arrives and no checksum is bad, whether it is the sender that
# puts the tag into the frame, the device that vifmap sends it through, or both.
#
#   wire0 ---- eth0 (vifmap0) --- in7   host
#    in8        |  |  |
#    in9       v0  v1  v2     trunk on; v2: a NIC with TSO and checksums
#             veth veth nic   inN: a VLAN device, in9 within 802.1ad VLAN 5
#              in7 in8 in8
#              in8 in9
#              in9

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool ss

# vlan_lines PLACE HOW...: the place's VLAN devices and their addresses
vlan_lines()
{
	local place=$1 dev=eth0 own=${number[$1]} vlan

	shift
	[ "$place" != wire ] || dev=wire0
	for vlan in ${vlans[$place]}; do
		if [ "$vlan" = 9 ]; then
			cat <<-END
			link add link $dev name out5 type vlan proto 802.1ad id 5
			link set out5 addrgenmode none up
			link add link out5 name in9 type vlan id 9
			link set in9 mtu 1496
			END
		else
			echo "link add link $dev name in$vlan" \
				"type vlan id $vlan $*"
		fi
		echo "link set in$vlan addrgenmode none up"
		echo "address add ${net[$vlan]}.$own/24 dev in$vlan"
	done
}

# stacks_put_tags yes|no: they do so before the device is asked
stacks_put_tags()
{
	local place dev how=() state=on

	[ "$1" = no ] || how=(reorder_hdr off) state=off
	for place in wire host v0 v1 v2; do
		dev=eth0
		[ "$place" != wire ] || dev=wire0
		at $place ip -force -batch - 2>/dev/null <<-END
		link del in7
		link del in8
		link del out5
		END
		must at $place ethtool -K $dev txvlan $state
		vlan_lines $place ${how[@]+"${how[@]}"} >"$tmp/vlans"
		must ip -n "$prefix$place" -batch "$tmp/vlans"
	done
}

# devices_put_tags on|off: those that vifmap sends through
devices_put_tags()
{
	local dev

	for dev in v0 v1 v2; do
		must ethtool -K $dev txvlan "$1"
	done
}

# transfers NAME FROM-TO-VLAN...
transfers()
{
	local name=$1 word from to vlan

	shift
	for word; do
		IFS=- read -r from to vlan <<<"$word"
		tcp "$name, VLAN $vlan" "$from" "$to" \
			"${net[$vlan]}.${number[$to]}"
	done
}

declare -A vlans=([wire]='8 9' [host]=7 [v0]='7 8 9' [v1]='8 9' [v2]=8)
declare -A net=([7]=198.51.100 [8]=203.0.113 [9]=192.0.2)
declare -A number=([wire]=1 [host]=2 [v0]=3 [v1]=4 [v2]=5)
nic[v2]='vnet_hdr csum tso'
topology veth veth nic
for vif in v0 v1 v2; do
	must vifmap port set $vif trunk on
done
all=(v0-wire-8 wire-v0-8 v0-v2-8 v0-host-7 host-v0-7 v0-v1-9)
stacks_put_tags yes
devices_put_tags on
transfers "the sender puts tags" "${all[@]}"
devices_put_tags off
transfers "both put tags" v2-v1-8 v0-host-7 v0-wire-9
stacks_put_tags no
transfers "the device puts tags" "${all[@]}"
for place in wire host v0 v1 v2; do
	is "$place: bad checksums" "$(bad_sums $place)" 0
done
check_sums
for end in wire host v0 v1 v2; do
	is "$end: no drop" "${stats[$end.drop-mtu]} ${stats[$end.drop-vlan]}" \
		"0 0"
done
finish
