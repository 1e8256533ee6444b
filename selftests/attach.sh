#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap attach does it all in one step; when any part of it fails, all of it
# is undone.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build veth tap
must ip link add free type dummy
must ip link set v0 down
a=02:00:00:00:0a:01
attach() { refused "$1" 1 vifmap attach v0 pdev eth0 "${@:2}"; }

attach 'ulticast' mac 01:00:5e:00:00:01
attach 'host|eth0' mac $a mac "${mac[host]}"
attach 'learn' learn 1025
attach "$a" mac $a mac $a
must vifmap attach v1 pdev eth0 mac "${mac[v1]}"
attach 'v1' mac $a mac "${mac[v1]}"
attach 'learn' mac $a learn 1025
must vifmap dev set vifmap0 max-macs 2
attach 'max-macs|full' mac $a mac 02:00:00:00:0a:02
must vifmap dev set vifmap0 max-macs 100
is "a device that was there stays" "$(vifmap port show | sed 's/:.*//')" v1

check "attach a veth with its peer's own address" vifmap attach v0 pdev eth0 \
	mac "${mac[v0]}"
must vifmap detach v0
check "attach with options" vifmap attach v0 pdev eth0 mac $a spoofcheck off \
	isolated on trunk on learn 3 link-local 0x4000 flood-rate 7 \
	delivery queue
is "they are set" "$(vifmap port show v0)" "v0: dev vifmap0 pdev eth0 up \
macs 1 spoofcheck off isolated on trunk on learn 3 link-local 0x4000 \
flood-rate 7 delivery queue"
is "with an address given, the peer's is not mapped" \
	"$(vifmap mac show vif v0 | sed 's/ .*//')" "$a"
check "the vif was set up" is_up v0
check "detach" vifmap detach v0
check "and attach again" vifmap attach v0 pdev eth0
check "the options are new" grep -q 'spoofcheck on.*flood-rate 0' \
	<(vifmap port show v0)
must vifmap detach v0
must vifmap detach v1
check "the device stays when the last has gone" vifmap show vifmap0
flow "and does no harm" wire host -- host
must ip link del vifmap0
check "attach creates one" vifmap attach v1 pdev eth0 mac "${mac[v1]}"
check "and sets it up" grep -q 'vifmap0: pdev eth0 up' <(vifmap dev show)
flow "it works at once" wire v1 -- v1
finish
