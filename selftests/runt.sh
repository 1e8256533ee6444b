#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runts, such as an ARP request of the host, are padded with zeros to 60 bytes
# for a vif that leads to a guest's NIC; NICs drop what is shorter. A veth and
# the wire get them as they are: the one has no NIC, the other pads by itself.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2
#             veth tap tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap tap
for from in wire host v0 v1; do
	flow "42 bytes from $from to a tap" $from v2 len=42 -- v2
	all_but $from wire host v0 v1 v2
	flow "broadcast of 42 bytes from $from" $from broadcast len=42 -- \
		"${others[@]}"
done
counted "what a tap gets has 60 bytes" v2.tx-packets=8 v2.tx-bytes=480
flow "42 bytes from a tap to a veth" v1 v0 len=42 -- v0
flow "42 bytes from a tap to the wire" v1 wire len=42 -- wire
flow "42 bytes from a tap to the host" v1 host len=42 -- host
counted "they are not padded" v0.tx-bytes=42 wire.tx-bytes=42 host.tx-bytes=42
for len in 22 59 60 61; do
	flow "$len bytes to a tap" wire v2 len=$len -- v2
done
counted "from 60 bytes on nothing is added" v2.tx-packets=4 v2.tx-bytes=241

# The tag is kept beside the frame, and put back after the padding.
must vifmap port set v0 trunk on
must vifmap port set v2 trunk on
flow "a tagged one, the tag not counted" v0 v2 len=46 vlan=5 -- v2
flow "a tagged broadcast" v0 broadcast len=46 vlan=5 -- v2 wire
check_sums
finish
