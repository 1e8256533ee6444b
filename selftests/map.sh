#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The map: entries are added, shown, changed and removed; a veth's peer is
# mapped by itself, a tap's own address never; entries go with their port;
# names do not matter.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth tap
a=02:00:00:00:0a:01 b=02:00:00:00:0a:02 c=02:00:00:00:0a:03
d=02:00:00:00:0a:04 e=02:00:00:00:0a:05
show() { vifmap mac show "$@" | sed 's/ idle [0-9]*//'; }
addresses() { vifmap mac show "$@" | sed 's/ .*//' | sort | paste -s -d ' '; }
at_eth0="dev vifmap0 pdev eth0"

check "attach a veth" ip link add link eth0 type vifmap
must ip link set vifmap0 up
must ip link set v0 master vifmap0
is "its peer is mapped by itself" "$(show vif v0)" \
	"${mac[v0]} $at_eth0 vif v0 active origin peer"
must ip -n "${prefix}v0" link set eth0 address $c
is "and does not follow the guest" "$(addresses vif v0)" "${mac[v0]}"
must ip -n "${prefix}v0" link set eth0 address "${mac[v0]}"
vifmap attach v1 pdev eth0 2>"$tmp/note"
is "attach a tap: it has no entry" "$(show vif v1)" ""
check "a note says so" grep -q 'no address yet.*vifmap mac add' "$tmp/note"
is "the host's address is there" "$(show pdev eth0 | grep host)" \
	"${mac[host]} $at_eth0 active origin host"

check "add" vifmap mac add $a vif v1
is "it is shown" "$(show $a)" "$a $at_eth0 vif v1 active origin user"
must ip link property add dev v1 altname guest-with-a-long-name
must ip link property add dev v1 altname guest-1
must ip link property add dev v1 altname v0:1
for name in guest-with-a-long-name guest-1 v0:1; do
	printf '%s\n' "mac add $b vif $name" "mac add $c vif $name" \
		"mac add $d vif v1" "mac add $e vif $name" >"$tmp/batch"
	check "add, by the name $name" vifmap -b "$tmp/batch"
	is "they lead to v1" "$(addresses vif v1)" "$a $b $c $d $e"
	for address in $b $c $d $e; do
		must vifmap mac del "$address"
	done
done
check "add an inactive one" vifmap mac add $b vif v1 inactive
is "it is shown so" "$(show $b)" "$b $at_eth0 vif v1 inactive origin user"
check "activate" vifmap mac set $b active
is "it is active" "$(show $b)" "$b $at_eth0 vif v1 active origin user"
check "set inactive" vifmap mac set $a inactive
is "filter: vif" "$(addresses vif v1)" "$a $b"
is "filter: pdev" "$(addresses pdev eth0)" \
	"${mac[host]} ${mac[v0]} $a $b"
is "filter: active" "$(addresses vif v1 active)" $b
is "filter: inactive" "$(addresses vif v1 inactive)" $a
check "lead to another vif" vifmap mac set $a vif v0
is "it leads there, as inactive as before" "$(show $a)" \
	"$a $at_eth0 vif v0 inactive origin user"
check "all of a vif inactive" vifmap mac set vif v1 inactive
is "they are" "$(addresses vif v1 inactive)" $b

must ip link set v1 down
must ip link set v1 name other
is "renaming a vif changes nothing" "$(addresses vif other)" $b
must ip link set other name v1
must ip link set v1 up
check "delete" vifmap mac del $b
is "it has gone" "$(addresses vif v1)" ""
must vifmap mac add $b vif v1
must vifmap mac add $c vif v1
check "flush a vif" vifmap mac flush vif v1
is "its entries have gone, no others" "$(addresses)" \
	"${mac[host]} ${mac[v0]} $a"
must vifmap mac add $b vif v1
check "detach" vifmap detach v1
is "its entries go with it" "$(addresses)" "${mac[host]} ${mac[v0]} $a"
check "flush a pdev" vifmap mac flush pdev eth0
is "the host's own stays" "$(addresses)" "${mac[host]}"
must ip link set eth0 address $c
is "the host's follows its pdev" "$(addresses)" $c

check "attach with addresses" vifmap attach v1 pdev eth0 mac $a mac $b
is "both are mapped" "$(addresses vif v1)" "$a $b"
must ip link add eth1 address "${mac[wire]}" type dummy
must ip link add v9 type dummy
check "the map of another pdev may have the same addresses" \
	vifmap attach v9 pdev eth1 mac $a mac $c
is "each is shown with its pdev" "$(addresses pdev eth1)" \
	"${mac[wire]} $a $c"
refused 'eth0, eth1|eth1, eth0' 1 vifmap mac del $a
check "it can be named" vifmap mac del $a pdev eth1
is "the other one stays" "$(addresses vif v1)" "$a $b"
must ip link del vifmap0
is "all go with their device" "$(addresses)" "${mac[wire]} $c"
finish
