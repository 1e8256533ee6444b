#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# With the host option off, vifs and the host do not talk to each other; both
# still talk to the wire, and vifs to vifs.
#
#   wire0 ---- eth0 (vifmap0, host off)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
must vifmap dev set vifmap0 host off
for vif in v0 v1; do
	flow "$vif to the host" $vif host --
	flow "the host to $vif" host $vif --
done
counted "they are counted" v0.drop-host-off=1 v1.drop-host-off=1 \
	host.drop-host-off=2
flow "broadcast from a vif" v0 broadcast -- v1 wire
flow "broadcast from the host" host broadcast -- wire
flow "broadcast from the wire" wire broadcast -- host v0 v1
flow "the wire to the host" wire host -- host
flow "the host to the wire" host wire -- wire
flow "vif to vif" v0 v1 -- v1
flow "vif to the wire" v1 wire -- wire
flow "the wire to a vif" wire v0 -- v0
must vifmap dev set vifmap0 host on
flow "on again" v0 host -- host
check_sums
finish
