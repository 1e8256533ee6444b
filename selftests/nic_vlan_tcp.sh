#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP in a VLAN of a trunk guest, and in a VLAN within another, over a NIC that
# inserts tags, computes checksums and cuts what is large: every byte arrives,
# and no checksum is bad. A driver that has to make one finds the headers behind
# both tags.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables
#    wire       |
#    in7       v0, trunk on
#    out8       |
#    in9      eth0 --- in7, out8 --- in9

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/tracing.sh
. "$here/lib/tracing.sh"

need_commands ethtool ss
nic_topology e1000 veth
must vifmap port set v0 trunk on
for place in "wire wire0" "v0 eth0"; do
	read -r place dev <<<"$place"
	must at "$place" ip -batch - <<END
link add link $dev name in7 type vlan id 7
link add link $dev name out8 type vlan proto 802.1ad id 8
link add link out8 name in9 type vlan id 9
link set in9 mtu 1496
link set in7 up
link set out8 up
link set in9 up
END
done
must ip -n "${prefix}wire" -batch - <<<"address add 198.51.100.1/24 dev in7
address add 203.0.113.1/24 dev in9"
must ip -n "${prefix}v0" -batch - <<<"address add 198.51.100.3/24 dev in7
address add 203.0.113.3/24 dev in9"
# It trusts nobody, so that it sees what was on the wire.
switch_features wire wire0 off gro rx

# What the NIC's driver gets with one tag put into the frame for it, and another
# that was there, and a checksum still to be made
open_tracing
filter_events net/net_dev_start_xmit \
	'name == "eth0" && protocol == 0x88a8 && ip_summed == 3'
trace_events net/net_dev_start_xmit 1

for state in on off; do
	switch_features host eth0 $state rx tx sg tso gso gro
	tcp "VLAN 7, NIC's offloads $state" v0 wire 198.51.100.1
	tcp "VLAN 7, NIC's offloads $state" wire v0 198.51.100.3
	tcp "VLAN 9 in 8, NIC's offloads $state" v0 wire 203.0.113.1
	tcp "VLAN 9 in 8, NIC's offloads $state" wire v0 203.0.113.3
done

header_offsets()
{
	sed -n 's/.* network_offset=\([^ ]*\) .*/\1/p' "$trace/trace" | sort -u
}

is "where a driver finds the header behind two tags" "$(header_offsets)" 22
for place in wire v0; do
	is "$place: bad checksums" "$(bad_sums $place)" 0
done
check_sums
finish
