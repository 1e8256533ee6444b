#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The map can be reached with bridge fdb, too.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

need_commands bridge
topology veth tap
a=02:00:00:00:0a:01 b=02:00:00:00:0a:02
fdb() { bridge fdb "$@"; }

check "add" fdb add $a dev vifmap0 self via v1 static
is "it is an entry like others" "$(vifmap mac show $a)" \
	"$a dev vifmap0 pdev eth0 vif v1 active origin user"
check "it is shown" grep -qE "^$a (via|dev) .*v1.* self" <(fdb show dev vifmap0)
check "with those that the tool added" grep -q "^${mac[v0]} " \
	<(fdb show dev vifmap0)
flow "it works" wire $a -- v1
check "add without static" fdb add $b dev vifmap0 self via v0
flow "it works, too" wire $b -- v0
refused 'mapped to v1' 255 bridge fdb add $a dev vifmap0 self via v0 static
refused 'multicast' 255 bridge fdb add 01:00:5e:00:00:01 dev vifmap0 self via v0 static
refused 'address of the host' 255 bridge fdb add "${mac[host]}" \
	dev vifmap0 self via v0 static
refused 'via' 255 bridge fdb add 02:00:00:00:0a:03 dev vifmap0 self static
refused 'not supported' 255 bridge fdb add 02:00:00:00:0a:03 dev v1 master \
	static
check "replace" fdb replace $a dev vifmap0 self via v0 static
flow "it leads to the other vif" wire $a -- v0
refused 'No such entry' 255 bridge fdb del $a dev vifmap0 self via v1
check "delete, if it leads to this vif" fdb del $a dev vifmap0 self via v0
flow "it has gone" wire $a --
check "replace where there is none" fdb replace $a dev vifmap0 self via v1
flow "it is there" wire $a -- v1
check "delete" fdb del $a dev vifmap0 self
flow "it has gone" wire $a --
refused 'No such entry' 255 bridge fdb del $a dev vifmap0 self
check "delete what the tool added" fdb del "${mac[v0]}" dev vifmap0 self
is "it has gone from the map" "$(vifmap mac show vif v0 | sed 's/ .*//')" $b
finish
