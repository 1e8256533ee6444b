#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The host merges datagrams that are to be sent on, as they come from the NIC or
# from a container, in both ways that there are: into one large packet, and into
# a list. Each arrives once, as it was, with a good checksum, at those who take
# them so and at those who do not, and what is for a group at all of them.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables
#    wire       |  |  |
#              v0  v1  v2        v1: a NIC with USO, where the kernel has it
#             veth nic nic       v2: a NIC without any offload

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/datagrams.sh
. "$here/lib/datagrams.sh"

need_commands ethtool ss
nic[v1]='vnet_hdr csum tso uso'
nic[v2]=''
group=239.1.2.3
nic_topology e1000 veth nic nic
give_addresses 1500
serve_datagrams
for place in host v0 v1 v2; do
	must ip -n "$prefix$place" address add $group/32 \
		dev "${stack[$place]}" autojoin
done
must ip -n "${prefix}wire" route add $group/32 dev wire0
# The wire's side and the container cut what they send before it leaves.
must at v0 ethtool -K eth0 tx-udp-segmentation off tso off
must ethtool -K v0 gro on
must at wire ethtool -K wire0 tso off

# The host's port is one of its own, so that those who answer are the guests.
ask_group()
{
	is "$1: wire and all guests at once" \
		"$(at wire datagrams ask $group 4000 20 1200 20 3 2>&1)" \
		"20 datagrams"
}

# What v0 sends to v2 has its checksums left to do, and the kernel forgets that
# when it takes a list apart.
for way in rx-udp-gro-forwarding rx-gro-list; do
	for device in eth0 v0; do
		must ethtool -K $device rx-udp-gro-forwarding off \
			rx-gro-list off
		must ethtool -K $device $way on
	done
	for place in v0 v2 wire; do
		start_capture "$place" "${stack[$place]}" 1500
	done
	ask_all "$way" wire "20 1200 20"
	ask_them "$way" v0 "wire host v1" "20 1200 20"
	ask_group "$way"
	[ $way != rx-gro-list ] || tcp "$way" wire v2 "${v4[v2]}"
	captured v0 whole
	captured v2 'cut'
	captured wire 'cut'
	ask_them "$way, short ones" v0 "wire host v1" "4 1 2"
done
no_bad_sums
check_sums
no_drops mtu queue
finish
