#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap monitor shows what happens to devices, vifs and entries, and alerts.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth tap
must ip link add eth1 type dummy
must vifmap attach v0 pdev eth0
must start_monitor
background host vifmap monitor >"$tmp/text"
must wait_until poke_monitor "$tmp/text"
a=02:00:00:00:0a:01

# seen NAME PATTERN: of the JSON
seen() { check "$1" wait_until has_line "$2" "$tmp/events"; }
said() { check "in words: $1" wait_until has_line "^$1" "$tmp/text"; }

must ip link add link eth1 type vifmap
seen "a device created, as it is" \
	'"event":"dev-add".*"ifname":"vifmap1".*"egress-hook":true'
said "dev vifmap1 (eth1) created"
must vifmap dev set vifmap1 host off
seen "its options changed" '"event":"dev-change".*"ifname":"vifmap1".*"host":false'
must ip link set v1 master vifmap0
seen "a vif attached" '"event":"port-add".*"ifname":"v1"'
said "vif v1 attached to vifmap0 (eth0)"
must vifmap port set v1 isolated on
seen "its options changed" '"event":"port-change".*"ifname":"v1".*"isolated":true'
must vifmap mac add $a vif v1 inactive
seen "an entry added" '"event":"mac-add".*"addr":"'$a'".*"active":false'
said "mac $a added on v1 (eth0), inactive"
must vifmap mac set $a active
seen "an entry activated" '"event":"mac-change".*"addr":"'$a'".*"active":true'
must vifmap mac del $a
seen "an entry deleted" '"event":"mac-del".*"addr":"'$a'".*"reason":"user"'
said "mac $a deleted on v1 (eth0)"

flow "a spoofed frame" v1 wire src=02:00:00:00:0f:01 --
seen "an alert about it" \
	'"event":"alert".*"type":"spoofed".*"vif":"v1".*"addr":"02:00:00:00:0f:01"'
said "alert: v1 used 02:00:00:00:0f:01"

must vifmap mac add $a vif v1
must ip link set v1 nomaster
seen "an entry that went with its vif" \
	'"event":"mac-del".*"addr":"'$a'".*"reason":"port"'
seen "a vif detached" '"event":"port-del".*"ifname":"v1".*"reason":"user"'
must ask drop v0
must ip link del v0
seen "a vif deleted" '"event":"port-del".*"ifname":"v0".*"reason":"unregister"'
said "vif v0 detached from vifmap0 (eth0), reason unregister"
must ip link del vifmap0
seen "a device deleted" '"event":"dev-del".*"ifname":"vifmap0".*"reason":"user"'
must ip link del eth1
seen "a pdev deleted" \
	'"event":"dev-del".*"ifname":"vifmap1".*"reason":"unregister"'
need_commands jq
is "each line is JSON" "$(jq -e 'has("event")' "$tmp/events" | sort -u)" true
finish
