#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A unicast frame for an address that nobody has here: from the wire it reaches
# no vif (and the host's stack drops it), from a vif or the host it goes to the
# wire alone.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
stranger=02:00:00:00:0f:01
flow "from the wire: nobody" wire $stranger count=4 --
counted "it is counted" wire.unknown=4 wire.rx-packets=4 wire.host=4 \
	wire.delivered=0 host.tx-packets=4
flow "from a veth: the wire" v0 $stranger count=4 -- wire
flow "from a tap: the wire" v1 $stranger count=4 -- wire
flow "from the host: the wire" host $stranger count=4 -- wire
counted "they are counted" v0.wire=4 v1.wire=4 wire.tx-packets=8 \
	v0.rx-packets=4
flow "the tap's own address is nobody's" wire "$(address_of v1)" --
flow "the veth's own address is nobody's" wire 02:00:00:00:02:00 --
flow "vifmap0's own address is nobody's" wire "$(address_of vifmap0)" --
check_sums
must ip link set v1 nomaster
must ip link set v1 master vifmap0
is "attached without one, a tap has no address" "$(vifmap mac show vif v1)" ""
flow "nor is its own anybody's" wire "$(address_of v1)" --
finish
