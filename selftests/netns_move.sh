#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A vif or a pdev that moves to another namespace, or whose namespace goes, is
# let go cleanly, and the event says so.
#
#   wire0 ---- eth0 (vifmap0)   host             far
#    wire       |  |
#              v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth veth
new_netns far
must start_monitor
must ip link set v0 netns "${prefix}far"
is "a vif that moves is let go" "$(vifmap port show | grep -c v0)" 0
is "its entries go with it" "$(vifmap mac show | grep -c "${mac[v0]}")" 0
check "the event says why" wait_until has_line \
	'"event":"port-del".*"ifname":"v0".*"reason":"netns"' "$tmp/events"
is "it has no master there" "$(at far ip -o link show dev v0 |
	grep -c master)" 0
flow "its address lives beyond the wire now" v1 "${mac[v0]}" -- wire
must ip -n "${prefix}far" link set v0 netns "${prefix}host"
must ip link set v0 up
check "back again it can be attached" vifmap attach v0 pdev eth0
flow "and works" v1 v0 -- v0

must ip link set eth0 netns "${prefix}far"
check "a pdev that moves loses its vifmap device" wait_until \
	has_no_link vifmap0
check "the event says why" wait_until has_line \
	'"event":"dev-del".*"ifname":"vifmap0".*"reason":"netns"' \
	"$tmp/events"
is "the vifs are free" "$(master_of v0)$(master_of v1)" ""
is "the pdev is as before" "$(at far ip -d link show dev eth0 |
	sed -nE 's/.*(promiscuity [0-9]+).*/\1/p')" "promiscuity 0"
is "nothing is left" "$(vifmap show)" ""

must at far ip link set eth0 up
must at far ip link add v7 type veth peer name p7
must at far vifmap attach v7 pdev eth0
check "the pdev can be used where it is now" at far vifmap show eth0
must ip netns del "${prefix}far"
all_gone() { ! ip -n "${prefix}wire" link show dev wire0; }
check "a namespace that goes takes all of it along" wait_until all_gone
finish
