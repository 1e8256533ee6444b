#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A veth's own counters count each frame once, on both its sides: what the vif
# sent is what the guest received.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth veth

is "at first nothing, guest" "$(interface_count v0 eth0)" "rx 0 0 tx 0 0"
flow "wire to vif" wire v0 count=10 -- v0
flow "vif to vif" v1 v0 count=20 -- v0
flow "host to vif" host v0 count=5 -- v0
flow "broadcast from the wire" wire broadcast count=2 -- host v0 v1
flow "vif to the wire" v0 wire count=7 -- wire
is "the guest's side" "$(interface_count v0 eth0)" "rx 37 2220 tx 7 420"
is "the host's side" "$(interface_count host v0)" "rx 7 420 tx 37 2220"
counted "vifmap's agree" v0.tx-packets=37 v0.tx-bytes=2220 v0.rx-packets=7 \
	v0.rx-bytes=420
check_sums
finish
