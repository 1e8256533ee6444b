#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An inactive entry does not count as mapped: its address still lives beyond
# the wire, for the wire, the vifs and the host alike, until it is activated.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
guest=02:00:00:00:0a:01
must vifmap mac add $guest vif v1 inactive
flow "from the wire: nobody" wire $guest --
flow "from a vif: the wire" v0 $guest -- wire
flow "from the host: the wire" host $guest -- wire
flow "its vif may not use it" v1 wire src=$guest --
flow "its broadcasts from the wire are the wire's" wire broadcast \
	src=$guest -- host v0 v1
counted "they are counted so" wire.unknown=1 wire.reflected=0 \
	v1.drop-spoofed=1 v0.wire=1

must vifmap mac set $guest active
flow "active, from the wire" wire $guest -- v1
flow "active, from a vif" v0 $guest -- v1
flow "active, from the host" host $guest -- v1
flow "active, its vif uses it" v1 wire src=$guest -- wire
flow "active, its broadcasts from the wire" wire broadcast src=$guest -- host
must vifmap mac set $guest inactive
flow "inactive again, from a vif" v0 $guest -- wire
flow "inactive again, its vif" v1 wire src=$guest --

must vifmap mac set $guest vif v0
must vifmap mac set $guest active
flow "led to another vif" wire $guest -- v0
flow "whose source it is now" v0 wire src=$guest -- wire
flow "and no more the first one's" v1 wire src=$guest --
check_sums
finish
