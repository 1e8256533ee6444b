#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP and UDP over a NIC with and without its offloads: every byte arrives as it
# was sent, large frames cross whole where they may, none on the wire exceeds
# the MTU, and no checksum is bad.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables
#    wire       |
#              v0
#             veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool ss tcpdump
driver=${driver-virtio_net}
nic_build "$driver" veth
[ "$driver" != vmxnet3 ] || must ethtool -K eth0 lro off
attach_vifs
read_stats
set_mark
declare -A dev=([wire]=wire0 [v0]=eth0)
give_v4
background wire datagrams serve 4000 >"$tmp/served-wire"
background v0 datagrams serve 4000 >"$tmp/served-v0"

# The wire's end merges nothing and trusts nobody: it sees what was on the wire.
switch_features wire wire0 off lro gro rx
offloads=(rx tx sg tso gso gro)

# Frames that are longer than the MTU, as they arrive at a place
watch_large()
{
	background "$1" tcpdump --immediate-mode -l -n -t -q -Q in \
		-i "${dev[$1]}" 'greater 1515 and ip' \
		>"$tmp/large.$1" 2>"$tmp/tcpdump.$1"
	must wait_until has_line 'listening on' "$tmp/tcpdump.$1"
}

# udp NAME FROM TO SPEC...: count, length and, to be cut late, segments
udp()
{
	local name=$1 from=$2 to=$3 spec

	shift 3
	for spec; do
		# shellcheck disable=SC2086 # count, length, segments
		is "$name: UDP, $from to $to, $spec" \
			"$(at "$from" datagrams ask "${v4[$to]}" 4000 $spec 2>&1)" \
			"${spec%% *} datagrams"
	done
}

transfers()
{
	tcp "$1" wire v0 "${v4[v0]}"
	tcp "$1" v0 wire "${v4[wire]}"
	udp "$1" v0 wire "10 1" "10 1472" "5 20000"
}

watch_large wire
watch_large v0
transfers "all on"
udp "all on" v0 wire "40 1200 20"
tcp "all on" host v0 "${v4[v0]}"
check "large frames reached v0 whole" \
	wait_until has_line . "$tmp/large.v0"
switch_features host eth0 off "${offloads[@]}"
transfers "NIC without"
udp "NIC without" v0 wire "40 1200 20"
tcp "NIC without" host wire "${v4[wire]}"
switch_features v0 eth0 off "${offloads[@]}"
transfers "both without"
switch_features host eth0 on "${offloads[@]}"
transfers "guest without"
tcp "guest without" host wire "${v4[wire]}"
is "frames on the wire that are too large" "$(<"$tmp/large.wire")" ""
for place in wire host v0; do
	is "$place: bad checksums" "$(bad_sums $place)" 0
done
no_drops mtu lro
check_sums
finish
