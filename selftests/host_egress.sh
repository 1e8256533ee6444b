#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The host's own frames: one for a vif goes there and never to the wire; an
# administrator's egress rule on the pdev sees them first, and sees what vifmap
# itself sends to the wire. So does tc, with the vif it came from.
#
#   wire0 ---- eth0 (vifmap0)   host, with an nft egress chain
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands nft tc jq
topology veth tap
# How many frames of v0 tc has seen on the pdev
of_v0()
{
	tc -s -j filter show dev eth0 egress |
		jq '[.[].options.actions // [] | .[].stats.packets] | add'
}

packets() { nft list counter netdev t "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

must tc qdisc add dev eth0 clsact
must tc filter add dev eth0 egress protocol all flower indev v0 action pass
flow "without rules: host to vif" host v0 count=5 -- v0
flow "without rules: vif to the wire" v0 wire count=5 -- wire
is "tc sees which vif it was" "$(of_v0)" 5
must nft -f - <<END
table netdev t {
	counter to_wire { }
	counter refused { }
	chain c {
		type filter hook egress device eth0 priority 0;
		ether daddr ${mac[v0]} counter name refused drop
		ether daddr ${mac[wire]} counter name to_wire
	}
}
END
flow "a rule that drops is obeyed" host v0 count=5 --
is "it has seen each frame once" "$(packets refused)" 5
flow "what passes the rules arrives" host v1 count=5 -- v1
flow "a vif's frames for the wire arrive" v0 wire count=5 -- wire
flow "the host's frames for the wire arrive" host wire count=5 -- wire
is "the rules have seen both, once each" "$(packets to_wire)" 10
is "and tc sees which vif it was" "$(of_v0)" 10
flow "broadcasts from the host arrive" host broadcast -- wire v0 v1
flow "broadcasts from a vif arrive" v0 broadcast -- wire host v1
must nft delete table netdev t
flow "without rules again" host v0 count=5 -- v0
counted "the host's frames are counted" host.delivered=17 host.flooded=1
check_sums
finish
