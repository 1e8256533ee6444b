#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# 01:80:c2:00:00:0X stays between the wire and the host, and those vifs whose
# mask has X; PAUSE never reaches a vif, nor leaves one.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
group=01:80:c2:00:00:0
for x in 0 1 2 3 8 e f; do
	flow "$x from the wire: the host alone" wire $group$x -- host
	flow "$x from a vif: nobody" v0 $group$x --
	flow "$x from the host: the wire alone" host $group$x -- wire
done
counted "they are counted" v0.drop-link-local=7 v0.rx-packets=7 wire.host=7

must vifmap port set v0 link-local 0x4004
must vifmap port set v1 link-local 0xfffd
for x in 2 e; do
	flow "$x from the wire, in the masks" wire $group$x -- host v0 v1
	flow "$x from a vif, in its mask: the wire" v0 $group$x -- wire
	flow "$x from the host, in the masks" host $group$x -- wire v0 v1
done
flow "3 from the wire, in the mask of one" wire ${group}3 -- host v1
flow "3 from a vif, not in its mask" v0 ${group}3 --
refused 'PAUSE' 1 vifmap port set v0 link-local 0x2
flow "PAUSE from the wire never reaches a vif" wire ${group}1 -- host
flow "other multicasts near by are nothing special" v0 01:80:c2:00:00:21 -- \
	wire host v1
flow "nor from the wire" wire 01:80:c2:00:00:10 -- host v0 v1
check_sums
finish
