#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Datagrams in fragments, by IPv4 and IPv6, from everybody to everybody: all
# fragments arrive, and what they are put together to is what was sent.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2        v1: a NIC with TSO and checksums
#             veth nic nic       v2: a NIC without any offload

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/datagrams.sh
. "$here/lib/datagrams.sh"

nic[v1]='vnet_hdr csum tso'
nic[v2]=''
topology veth nic nic
give_addresses 1500
serve_datagrams
for place in "${places[@]}"; do
	start_capture "$place" "${stack[$place]}" 1500
done
for place in "${places[@]}"; do
	# In four fragments, a large and a tiny one, and as many as there may be
	ask_all "fragments" "$place" "4 5000" "2 1473" "1 65000"
done
for place in "${places[@]}"; do
	captured "$place" cut
done
no_bad_sums
check_sums
no_drops mtu queue
finish
