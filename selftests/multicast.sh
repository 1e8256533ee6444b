#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Multicast of every kind is flooded: IGMP, MLD, mDNS, VRRP, PTP. What IP makes
# of it works: a fragmented datagram reaches each network stack whole, once, and
# what the host sends to itself in the course of it is not taken for a frame.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ping stdbuf sysctl
topology veth tap
ends=(wire host v0 v1)
declare -A group=(
	[IGMP]=01:00:5e:00:00:16
	[MLD]=33:33:00:00:00:16
	[mDNS]=01:00:5e:00:00:fb
	["mDNS with IPv6"]=33:33:00:00:00:fb
	["neighbour discovery"]=33:33:ff:00:01:02
	[VRRP]=01:00:5e:00:00:12
	[PTP]=01:1b:19:00:00:00
)
for name in "${!group[@]}"; do
	for from in "${ends[@]}"; do
		all_but "$from" "${ends[@]}"
		flow "$name from $from" "$from" "${group[$name]}" -- \
			"${others[@]}"
	done
done

declare -A dev=([wire]=wire0 [host]=eth0 [v0]=eth0)
give_v4
for place in wire host v0; do
	must ip -n "$prefix$place" link set lo up
	must at "$place" sysctl -q -w net.ipv4.icmp_echo_ignore_broadcasts=0
done

# answers FILE: who has answered, and how often the same question
answers() { sed -nE 's/.*from ([0-9.]+): (icmp_seq=[0-9]+).*/\1 \2/p' "$1"; }

have_answered()
{
	local file=$1 place

	shift
	for place; do
		answers "$file" | grep -q "^${v4[$place]} " || return 1
	done
}

# ping_group NAME FROM PLACE...: fragments from there are answered from these
ping_group()
{
	local name=$1 from=$2 pid

	shift 2
	background "$from" stdbuf -oL ping -n -i 0.2 -s 4000 -M dont \
		-I "${dev[$from]}" 224.0.0.1 >"$tmp/ping" 2>&1
	pid=$!
	check "$name is whole at: $*" wait_until have_answered "$tmp/ping" "$@"
	kill $pid
	wait $pid 2>/dev/null
}

nobody_twice()
{
	is "nobody got it twice" "$(answers "$tmp/ping" | sort | uniq -d)" ""
}

ping_group "a datagram in fragments from the wire" wire host v0
nobody_twice
ping_group "one from a guest" v0 wire host
nobody_twice
ping_group "one from the host" host host wire v0
nobody_twice

# The host's own copy of what it sends to a group has no Ethernet header.
read_stats
set_mark
check "the host speaks to all on the pdev" ping -n -q -c 2 -i 0.1 -I eth0 \
	192.0.2.255 -b -W 10
must ip address add 198.51.100.1/24 dev v1
check "and to itself on a vif, where it has an address" ping -n -q -c 2 -i 0.1 \
	-I v1 224.0.0.1 -W 10
# The wire may well ask a guest whether it is still there, by unicast.
counted "neither is taken for a frame" wire.flooded=0 wire.unknown=0 \
	wire.drop-bad-source=0 wire.drop-malformed=0 wire.drop-flood-rate=0 \
	v1.rx-packets=0

# Here the host may hear it on both.
must vifmap dev set vifmap0 host-port on
ping_group "with vifmap0 an end beside it, one from the wire" wire host v0
check_sums
finish
