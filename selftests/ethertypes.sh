#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Nothing beyond the Ethernet and VLAN headers is looked at: frames of any
# EtherType pass as they are, known to the kernel or not, and frames with a
# length in its place.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
declare -A types=(
	["wake-on-LAN"]=0842 [MPLS]=8847 ["MPLS, multicast"]=8848
	["PPPoE discovery"]=8863 [PPPoE]=8864 [AoE]=88a2 [PTP]=88f7
	[LLDP]=88cc [802.1X]=888e [MACsec]=88e5 [IPv4]=0800 [IPv6]=86dd
	[ARP]=0806 ["one that nobody knows"]=1234 ["the last one"]=ffff
	["a length"]=002e ["a length of its own"]=0000
)
# What the host sees is left out: its stack takes such frames by their type.
ends=(wire v0 v1)
for name in "${!types[@]}"; do
	type=type=${types[$name]}
	for from in "${ends[@]}"; do
		all_but "$from" "${ends[@]}"
		flow "$name, broadcast from $from" "$from" broadcast "$type" \
			-- "${others[@]}"
		for to in "${others[@]}"; do
			flow "$name, $from to $to" "$from" "$to" "$type" -- \
				"$to"
		done
	done
	flow "$name, host to v1" host v1 "$type" -- v1
done
check_sums
finish
