#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# UDP datagrams that a sender gives to its kernel as one, to be cut as late as
# possible, from everybody to everybody. They cross whole where the receiver
# takes them so, and are cut where it does not; each arrives once, as it was.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2        v1: a NIC with USO, where the kernel has it
#             veth nic nic       v2: a NIC without any offload

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/datagrams.sh
. "$here/lib/datagrams.sh"

need_commands ethtool
nic[v1]='vnet_hdr csum tso uso'
nic[v2]=''
topology veth nic nic
give_addresses 1500
serve_datagrams
for place in "${places[@]}"; do
	start_capture "$place" "${stack[$place]}" 1500
done
# One without checksums cannot cut, either. Two of the last ones together are
# shorter than a frame has to be.
for place in wire host v0 v1; do
	ask_all "segments" "$place" "40 1200 20" "10 1451 10" "4 1 2"
done
v1_gets='cut'
! ethtool -k v1 | grep -q '^tx-udp-segmentation: on' || v1_gets=whole
captured wire whole
captured host whole
captured v0 whole
captured v1 "$v1_gets"
captured v2 cut
no_bad_sums
check_sums
no_drops mtu queue
finish
