#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The pdev goes while everybody talks to everybody: a VLAN device is deleted, a
# veth is deleted at either end. Its vifmap device goes with it, events say so,
# the vifs stay behind, free and as they were before, and nothing else changes.
#
#   wire0 ---- eth0 (vifmap0) --- eth0.7 (vifmap1)   host
#    wire       |  |                  |
#              v0  v1                 v2
#             veth tap               veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth tap veth
must ask drop v1
must ip link add link eth0 name eth0.7 type vlan id 7
must ip link set eth0.7 addrgenmode none
must ip link set eth0.7 up
before=$(port_state v0; port_state v2; port_state eth0)
attach_first()
{
	must vifmap attach v0 pdev eth0
	must vifmap attach v1 pdev eth0 mac "${mac[v1]}" learn 4
	must vifmap dev set vifmap0 flood-rate 0
}
attach_first
must vifmap attach v2 pdev eth0.7
must start_monitor
fire_between wire host v0 v1
# A source to be learned, so that there is work under way.
must fire flow v1-learned v1 02:00:00:00:0a:01 "${mac[wire]}"
must fire end v2 "${prefix}v2" eth0 link
must fire flow v2-all v2 "${mac[v2]}" ff:ff:ff:ff:ff:ff
gone()
{
	check "$1: its device has gone" wait_until has_no_link "$2"
	check "$1: an event says why" wait_until has_line \
		'"event":"dev-del".*"ifname":"'"$2"'".*"reason":"unregister"' \
		"$tmp/events"
	shift 2
	for vif; do
		is "$vif is free" "$(master_of "$vif")" ""
		check "$vif: an event says why" has_line \
			'"event":"port-del".*"ifname":"'"$vif"'".*"reason":"device"' \
			"$tmp/events"
	done
}

begin_fire
check "delete eth0.7" ip link del eth0.7
gone eth0.7 vifmap1 v2
end_fire
went "the pdev below loses nothing" begin end \
	"$(intact wire host v0 v1)" v1-learned:wire:N
check_sums
check "the vif of eth0.7 can be attached elsewhere" vifmap attach v2 pdev eth0
flow "and works" wire v2 -- v2
must vifmap detach v2

for end in eth0 wire0; do
	begin_fire
	place=host
	[ $end = eth0 ] || place=wire
	: >"$tmp/events"
	check "delete $end" at $place ip link del $end
	gone $end vifmap0 v0 v1
	moment gone
	end_fire
	went "nobody reaches anybody" gone end v{0-v1,0-all,1-v0}:lost:N
	is "nothing is left of it" "$(vifmap show)" ""
	must ip -batch - <<<"$(pdev_lines)"
	must ip -n "${prefix}wire" -batch - <<<"$(quiet_up dev wire0)"
	is "nothing has changed" \
		"$(port_state v0; port_state v2; port_state eth0)" "$before"
	must fire drop host
	must fire drop wire
	fire_end host
	fire_end wire
	attach_first
	must wait_until is_up eth0
	begin_fire
	end_fire
	went "another one can take its place" begin end \
		"$(intact wire host v0 v1)"
done
finish
