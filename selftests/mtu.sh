#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A frame larger than its receiver's MTU is dropped and counted; one that just
# fits arrives. Nothing else checks it on the way.
#
#   wire0 ---- eth0 (vifmap0)   host
#   9000  9000  |  |
#              v0  v1           1500 each
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
must ip link set eth0 mtu 9000
must ip -n "${prefix}wire" link set wire0 mtu 9000
for vif in v0 v1; do
	flow "from the wire to $vif, just fits" wire $vif len=1514 -- $vif
	flow "from the wire to $vif, too large" wire $vif len=2000 --
	counted "it is counted" wire.drop-mtu=1 $vif.tx-dropped=1 \
		wire.delivered=1
done
flow "from the wire to the host, all of 9000" wire host len=9014 -- host
flow "broadcast: those that it fits" wire broadcast len=9014 -- host
counted "each copy is counted" wire.drop-mtu=2 wire.flooded=1 wire.host=1

must ip link set v1 mtu 9000
flow "a tap of 9000" wire v1 len=9014 -- v1
flow "from it to the wire" v1 wire len=9014 -- wire
flow "from it to a veth of 1500" v1 v0 len=9014 --
counted "it is counted" v1.drop-mtu=1
must ip link set eth0 mtu 1500
flow "to a pdev of 1500: too large" v1 wire len=2000 --
counted "it is counted" v1.drop-mtu=1
must vifmap port set v0 trunk on
must vifmap port set v1 trunk on
flow "the tag does not count" v1 v0 vlan=9 len=1518 -- v0
check_sums
finish
