#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP between every two kinds of ends where all offloads are off, at the wire and
# at a container by choice, at NICs because they have none, with the header that
# could say so and without: nobody gets a large frame or one without its checksum.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2        v1: a NIC with the header for offloads, and none
#             veth nic nic       v2: a NIC without any offload

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

nic[v1]=vnet_hdr
nic[v2]=''
need_commands ethtool
topology veth nic nic
off='tso off gso off gro off tx off sg off'
for device in wire:wire0 host:v0; do
	# shellcheck disable=SC2086 # words
	must at ${device%:*} ethtool -K ${device#*:} $off
done
# shellcheck disable=SC2086 # words
must ethtool -K eth0 $off
tcp_matrix 1500 700000
for place in wire v1 v2 v0; do
	captured $place cut
done
finish
