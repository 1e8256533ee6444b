#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Renaming a vif, the pdev or the vifmap device changes nothing but the name,
# and an event has the new one. What the renaming needs to be down for is no
# concern of the others.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1 v2
#            veth veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth veth tap
must ask drop v2
attach_vifs
must vifmap dev set vifmap0 flood-rate 0
fire_between wire host v0 v1 v2
must vifmap port set v0 isolated on
must vifmap port set v2 isolated on
must start_monitor
entries=$(vifmap mac show | sed 's/ idle.*//')

# renamed OLD NEW
renamed()
{
	must ip link set "$1" down
	check "rename $1 to $2" ip link set "$1" name "$2"
	must ip link set "$2" up
	must wait_until is_up "$2"
}
begin_fire
renamed v0 guest
check "the event has the new name of the vif" wait_until has_line \
	'"event":"port-change".*"ifname":"guest"' "$tmp/events"
renamed guest v0
renamed v2 tap9
renamed tap9 v2
moment vifs
is "entries stay" "$(vifmap mac show | sed 's/ idle.*//')" "$entries"
is "options stay" "$(vifmap port show v0 | grep -c 'isolated on')" 1
moment between
must ip link set vifmap0 down
must ip link set vifmap0 name guests
check "the event has the new name of the device" wait_until has_line \
	'"event":"dev-change".*"ifname":"guests"' "$tmp/events"
must ip link set guests up
is "vifmap knows it" "$(vifmap dev show | sed 's/:.*//')" guests
moment device
renamed eth0 lan
check "the event has the new name of the pdev" wait_until has_line \
	'"event":"dev-change".*"pdev":"lan"' "$tmp/events"
check "vifmap knows it" vifmap show lan
moment pdev
end_fire

everything="$(intact wire host v1) $(intact wire host v0) $(intact wire host v2)"
went "vifs are renamed: the others lose nothing" begin vifs \
	"$(intact wire host v1)"
went "and they get what is theirs, or it gets lost" begin vifs \
	{wire,host,v1}-v0:'v0:[0-9]+(,lost:[0-9]+)?' \
	{wire,host,v1}-v2:'v2:[0-9]+(,lost:[0-9]+)?'
went "isolated as before" begin end v0-v2:lost:N v2-v0:lost:N
went "renamed back: all is as before" vifs between "$everything"
went "the vifmap device: wire and host lose nothing" vifs device \
	"$(intact wire host)"
went "the pdev: vifs lose nothing" device pdev "$(intact v0 v1)" \
	"$(intact v1 v2)"
went "all is as before" pdev end "$everything"
is "and entries" "$(vifmap mac show | sed 's/ idle.*//;s/guests/vifmap0/;s/lan/eth0/')" \
	"$entries"
check_sums
finish
