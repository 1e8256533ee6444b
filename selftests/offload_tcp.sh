#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP between every two kinds of ends at an MTU of 1500 (or mtu), with the
# offloads that each has: large frames cross whole where the receiver takes them,
# and are cut where it does not. No frame is too large, no checksum wrong, nothing
# lost.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2        v1: a NIC with TSO and checksums
#             veth nic nic       v2: a NIC without any offload

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

nic[v1]='vnet_hdr csum tso ecn'
nic[v2]=''
topology veth nic nic
tcp_matrix "${mtu-1500}" "${bytes-700000}"
for place in wire host v0 v1; do
	captured $place whole
done
captured v2 cut
finish
