#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# While vifmap0 is down, the pdev behaves as if vifmap were not there, and what
# vifs send is dropped. While the pdev is down or its link is gone, vifs still
# reach each other. What is meant for a vif that is down is dropped. Each under
# its name.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
must ip link set vifmap0 down
flow "vifmap0 down: wire to host" wire host -- host
flow "vifmap0 down: host to wire" host wire -- wire
flow "vifmap0 down: wire to vif" wire v0 --
flow "vifmap0 down: broadcast from the wire" wire broadcast -- host
flow "vifmap0 down: broadcast from the host" host broadcast -- wire
flow "vifmap0 down: the host's frame for a vif leaves" host v0 -- wire
for to in wire host v1 broadcast; do
	flow "vifmap0 down: vif to $to" v0 $to --
done
must ip link set vifmap0 up
flow "up again: wire to vif" wire v0 -- v0
counted "they are counted" v0.drop-down=4 v0.rx-packets=4 wire.rx-packets=1 \
	host.rx-packets=0

must ip -n "${prefix}wire" link set wire0 down
must wait_until has_no_carrier eth0
flow "no link: vif to vif" v0 v1 -- v1
flow "no link: vif to the wire" v0 wire --
counted "it is counted" v0.drop-pdev-down=1
must ip -n "${prefix}wire" link set wire0 up
must wait_until is_up eth0
flow "the link is back" v0 wire -- wire

must ip link set eth0 down
set_mark
flow "pdev down: vif to vif" v0 v1 -- v1
flow "pdev down: and the other way" v1 v0 -- v0
flow "pdev down: vif to the wire" v0 wire --
counted "it is counted" v0.drop-pdev-down=1 v1.delivered=1
must ip link set eth0 up
must wait_until is_up eth0
flow "pdev up again" v0 wire -- wire

must ip link set v0 down
flow "a veth that is down gets nothing" wire v0 --
must ip link set v0 up
must ip -n "${prefix}v0" link set eth0 down
flow "nor one whose peer is down" wire v0 --
must ip -n "${prefix}v0" link set eth0 up
must wait_until is_up v0
must ask drop v1
flow "nor a tap that nobody reads" wire v1 --
counted "they are counted" wire.drop-vif-down=3 wire.delivered=0
flow "broadcasts reach the others" wire broadcast -- host v0
flow "the veth is back" wire v0 -- v0
check_sums
finish
