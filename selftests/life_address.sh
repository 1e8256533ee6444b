#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Addresses change while everybody talks to everybody. What the host gets is
# the host's at once, and one that is mapped it does not get. A vif's own
# address means nothing, and that of a veth's peer is not followed.
#
#   wire0 ---- eth0 (vifmap0) --- eth0.5   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
must ask drop v1
must ip link add link eth0 name eth0.5 address 02:00:00:00:05:05 type vlan id 5
must ip link set eth0.5 addrgenmode none
must ip link set eth0.5 up
must vifmap dev set vifmap0 flood-rate 0
new=02:00:00:00:0e:01
fire_between wire host v0 v1
must fire flow wire-new wire "${mac[wire]}" $new
must fire flow v0-new v0 "${mac[v0]}" $new
must start_monitor
host_has() { [ "$(vifmap mac show "$1" | grep -c 'origin host')" = 1 ]; }
event()
{
	check "an event says so of $2" wait_until has_line \
		'"event":"mac-'"$1"'".*"addr":"'"$2"'".*"origin":"host"' \
		"$tmp/events"
}

begin_fire
check "the pdev gets another address" ip link set eth0 address $new
moment changed
check "it is the host's" host_has $new
check "the one before is not" test -z "$(vifmap mac show | grep "${mac[host]}")"
event add $new
event del "${mac[host]}"
for addr in "${mac[v0]}" "${mac[v1]}"; do
	refused "$addr is mapped to v" 2 ip link set eth0 address "$addr"
	refused "$addr is mapped to v" 2 ip link set eth0.5 address "$addr"
done
refused "$new is an address of the host" 1 vifmap mac add $new vif v0
moment refused
check "and back" ip link set eth0 address "${mac[host]}"
moment back
other="$(intact wire v0 v1) host-wire:wire:N host-v0:v0:N host-v1:v1:N"
end_fire
went "nobody else loses anything" begin end "$other"
went "what is sent to the new address arrives" changed refused \
	v0-new:host:N wire-new:host:N
went "and to the old one no more" changed refused v0-host:wire:N \
	wire-host:lost:N
went "back again" back end v0-host:host:N wire-host:host:N v0-new:wire:N

check "eth0.5 gets another address" ip link set eth0.5 address $new
check "it is the host's" host_has $new
check "a vif gets another address" ip link set v0 address 02:00:00:00:0e:02
check "and a tap one that is mapped" ip link set v1 address "${mac[v0]}"
begin_fire
check "a vif's peer gets another address" \
	at v0 ip link set eth0 address 02:00:00:00:0e:03
end_fire
went "none of that changes anything" begin end "$(intact wire host v1)" \
	{wire,host,v1}-v0:v0:N v0-{wire,host,v1}:'(wire|host|v1):N'
check "the peer's new address is nobody's" \
	test -z "$(vifmap mac show | grep 02:00:00:00:0e:03)"
is "the map has the first one" "$(vifmap mac show vif v0 | sed 's/ .*//')" \
	"${mac[v0]}"
flow "as the new one the guest is refused" v0 wire src=02:00:00:00:0e:03 --
must at v0 ip link set eth0 address "${mac[v0]}"

check "vifmap0 gets another address" ip link set vifmap0 address $new
is "which is not its own business: it is eth0.5's" \
	"$(vifmap mac show | grep -c $new)" 1
refused "$new" 1 vifmap dev set vifmap0 host-port on
must ip link set vifmap0 address 02:00:00:00:0e:04
must vifmap dev set vifmap0 host-port on
check "as an end it gets another one" \
	ip link set vifmap0 address 02:00:00:00:0e:05
is "the map has that, not the first" \
	"$(vifmap mac show | grep -o '02:00:00:00:0e:0[45].*origin device' |
		sed 's/ .*//')" 02:00:00:00:0e:05
must vifmap dev set vifmap0 host-port off
vifs=(v0 v1)
check_sums
finish
