#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The pdev's unicast filter has each active entry, once, and no other; the pdev
# is never made promiscuous, and takes all multicast while a vif is attached.
#
#   d0 --- d0.7 (vifmap0)   host      a VLAN device has such a filter,
#           |  |                      a dummy has none
#          v0  v1

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge
must ip -batch - <<'END'
link add d0 type dummy
link set d0 up
link add link d0 name d0.7 type vlan id 7
link set d0.7 up
link add v0 type veth peer name p0
link add v1 type veth peer name p1
link set p0 address 02:00:00:00:0b:00
link set p1 address 02:00:00:00:0b:01
END
a=02:00:00:00:0a:01 b=02:00:00:00:0a:02

filter()
{
	bridge fdb show dev d0.7 | sed -n 's/^\(02:[^ ]*\) self.*/\1/p' |
		sort | paste -s -d ' '
}
filter_is() { [ "$(filter)" = "$1" ]; }
holds()
{
	check "$1: the filter has [$2]" wait_until filter_is "$2"
	is "$1: promiscuity" "$(promiscuity d0.7)" 0
}

holds "at first" ""
must vifmap attach v0 pdev d0.7
holds "a veth attached" "02:00:00:00:0b:00"
is "all multicast" "$(allmulti d0.7)" 1
must vifmap mac add $a vif v0
must vifmap mac add $b vif v0 inactive
holds "entries added, one of them inactive" "$a 02:00:00:00:0b:00"
must vifmap mac set $b active
holds "activated" "$a $b 02:00:00:00:0b:00"
must vifmap mac set $a inactive
holds "deactivated" "$b 02:00:00:00:0b:00"
must vifmap attach v1 pdev d0.7
must vifmap mac set $b vif v1
holds "led to another vif" "$b 02:00:00:00:0b:00 02:00:00:00:0b:01"
must vifmap detach v0
holds "a vif detached" "$b 02:00:00:00:0b:01"
must vifmap mac del $b
holds "deleted" "02:00:00:00:0b:01"
must vifmap mac add $b vif v1
must ip link del vifmap0
holds "vifmap0 deleted" ""
is "no more multicast than before" "$(allmulti d0.7)" 0
must vifmap attach v0 pdev d0.7
must ip link del v0
holds "a vif deleted" ""
must ip link del vifmap0

must ip link del d0.7
must vifmap attach v1 pdev d0
check "a pdev without filter: the device says that the core made it promiscuous" \
	grep -q 'promisc on' <(vifmap dev show)
must ip link del vifmap0
is "and no longer than needed" "$(promiscuity d0)" 0
finish
