#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Carriers come and go while everybody talks to everybody: that of a veth whose
# guest's end goes down, of a tap that nobody reads or that is told so, of the
# pdev. The others lose nothing, an event says so of vifs, and the vifmap device
# shows that of the pdev.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1 v2
#            veth tap veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap veth
must vifmap dev set vifmap0 flood-rate 0
must ask drop v1
fire_between wire host v0 v1 v2
must wait_until is_up v1
must start_monitor

# shown VIF true|false
shown()
{
	check "an event says $1 is up: $2" wait_until has_line \
		'"event":"port-change".*"ifname":"'"$1"'".*"up":'"$2" \
		"$tmp/events"
	: >"$tmp/events"
}

rest="$(intact wire host v2)"
none() { printf '%s ' {wire,host,v2}-"$1:lost:N"; }

begin_fire
must at v0 ip link set eth0 down
shown v0 false
moment v0-down
moment v0
must at v0 ip link set eth0 up
shown v0 true
moment v0-up
must fire drop v1
shown v1 false
moment v1-down
moment v1
fire_end v1
shown v1 true
moment v1-up
# Not every kernel lets a tap be told so.
off=n
ip link set v1 carrier off 2>/dev/null && off=y && shown v1 false
moment v1-off
moment v1-told
[ $off = n ] || must ip link set v1 carrier on
must wait_until is_up v1
end_fire
went "vifs: the others lose nothing" begin end "$rest"
went "a veth without carrier gets nothing" v0-down v0 "$(none v0)"
went "and later all" v0-up end "$(intact wire host v0)"
went "a tap that nobody reads gets nothing" v1-down v1 "$(none v1)"
went "and later all" v1-up v1-off \
	wire-v1:'v1:[0-9]+.*' host-v1:'v1:[0-9]+.*'
[ $off = n ] || went "a tap that is told so gets nothing" v1-off v1-told \
	"$(none v1)"

before=$(vifmap mac show | sed 's/ idle.*//')
begin_fire
must at wire ip link set wire0 down
must wait_until has_no_carrier eth0
check "the vifmap device has no carrier either" \
	wait_until has_no_carrier vifmap0
moment down
moment still-down
is "entries stay" "$(vifmap mac show | sed 's/ idle.*//')" "$before"
must at wire ip link set wire0 up
must wait_until is_up eth0
check "and has it again" wait_until is_up vifmap0
moment up
end_fire
went "pdev: vifs and host lose nothing" begin end "$(intact v0 v1 v2)" \
	v0-host:host:N host-v0:v0:N
went "nobody reaches the wire" down still-down {host,v0,v1,v2}-wire:lost:N
went "and later all do" up end "$(intact wire host v0 v1 v2)"

begin_fire
must ip link set eth0 down
moment down
moment still-down
must ip link set eth0 up
must wait_until is_up eth0
moment up
end_fire
went "pdev down: vifs lose nothing" begin end "$(intact v0 v1 v2)"
went "nobody reaches host or wire" down still-down {v0,v1,v2}-{host,wire}:lost:N
went "and later all do" up end "$(intact wire host v0 v1 v2)"
vifs=(v0 v1 v2)
check_sums
finish
