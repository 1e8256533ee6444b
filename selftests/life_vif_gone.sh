#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Vifs go while everybody talks to everybody: a veth is deleted at the host's
# end, another at its guest's end, the program behind a tap ends. The others
# lose nothing, an event says what has gone, and nothing of it is left.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |  |
#              v0 v1 v2 v3
#           veth veth veth tap, which goes with its program

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth veth veth
before=$(port_state eth0)
attach_vifs
must vifmap dev set vifmap0 flood-rate 0
mac[v3]=02:00:00:00:01:03
fire_between wire host v0 v1 v2 v3
must ip -batch - <<<"$(quiet_up dev v3)"
must vifmap attach v3 pdev eth0 mac "${mac[v3]}"
must start_monitor
must wait_until is_settled eth0
link=$(link_state eth0)
maybe_wire='(wire:[0-9]+,?)?' lost='(lost:[0-9]+)?'

begin_fire
moment before
check "delete a veth" ip link del v0
moment one
check "delete a veth's peer" at v1 ip link del eth0
moment two
check "end what reads a tap" fire drop v3
check "it has gone" wait_until has_no_link v3
moment three
end_fire

went "all of them talk to each other" begin before \
	"$(intact wire host v0 v1 v2 v3)"
went "those that stay do so all the time" begin end "$(intact wire host v2)"
went "what was sent to those that went arrived there or at the wire" \
	before three {wire,host,v2}-v0:"$maybe_wire(v0:[0-9]+,?)?$lost" \
	{wire,host,v2}-v1:"$maybe_wire(v1:[0-9]+,?)?$lost" \
	{wire,host,v2}-v3:"$maybe_wire(v3:[0-9]+,?)?$lost"
went "afterwards their addresses are beyond the wire" three end \
	host-v{0,1,3}:wire:N v2-v{0,1,3}:wire:N wire-v{0,1,3}:lost:N
went "and broadcasts reach the rest" three end wire-all:host:N,v2:N \
	host-all:wire:N,v2:N v2-all:wire:N,host:N
for name in v0 v1 v3; do
	check "an event says so of $name" wait_until has_line \
		'"event":"port-del".*"ifname":"'$name'".*"reason":"unregister"' \
		"$tmp/events"
	check "and of its address" has_line \
		'"event":"mac-del".*"addr":"'"${mac[$name]}"'".*"reason":"port"' \
		"$tmp/events"
done
is "one vif is left" "$(vifmap port show | sed 's/:.*//')" v2
is "and one address of a vif" "$(vifmap mac show | grep -c 'vif v')" 1
is "nothing of the pdev has changed" "$(link_state eth0)" "$link"
check "delete the last one" ip link del v2
is "the pdev is as it was before the first" "$(port_state eth0)" "$before"
check "their namespaces can go" ip netns del "${prefix}v1"
finish
