#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What changes on a bond that is a pdev: its address, which is the host's, comes
# from its links; and in a mode that rewrites source addresses it does not work.
#
#   (p0) s0 --+
#             eth0 (vifmap0)   host
#   (p1) s1 --+ |
#              v0
#             tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

first=02:00:00:00:03:00 second=02:00:00:00:03:01 guest=02:00:00:00:03:02
ip link add eth0 type bond mode active-backup fail_over_mac active miimon 20 \
	2>/dev/null || skip "no bonding"
must ip -batch - <<END
link add s0 address $first type veth peer name p0
link add s1 address $second type veth peer name p1
link add s2 address $guest type veth peer name p2
$(for dev in eth0 p0 p1 p2; do quiet_up dev $dev; done)
tuntap add dev v0 mode tap
END
must vifmap attach v0 pdev eth0 mac $guest

host_address() { vifmap mac show pdev eth0 | grep -c "$1.*host"; }

before=$(address_of eth0)
is "the bond's own address is the host's" "$(host_address "$before")" 1
refused 'in use' 2 ip link set s2 master eth0
must ip link set s0 master eth0
is "it has that of its first link now" "$(address_of eth0)" $first
is "which is the host's" "$(host_address $first)" 1
is "instead of the other" "$(host_address "$before")" 0
must ip link set s1 master eth0
must ip link set eth0 type bond active_slave s1
must wait_until host_address $second
is "another link, another address" "$(address_of eth0)" $second
is "which is the host's" "$(host_address $second)" 1
is "instead of the other" "$(host_address $first)" 0
refused 'address of the host' 1 vifmap mac add $second vif v0

mode() { ip -d link show dev eth0 | sed -n 's/.* bond mode \([^ ]*\) .*/\1/p'; }

must ip -batch - <<'END'
link add link eth0 name eth0.7 type vlan id 7
link set s0 nomaster
link set s1 nomaster
link set eth0 down
END
for mode in balance-tlb balance-alb; do
	must ip link set eth0 type bond mode $mode
	is "the kernel does not ask about the mode" "$(mode)" $mode
	refused 'eth0 rewrites source addresses' 2 ip link set eth0 up
done
refused 'eth0 rewrites source addresses' 2 ip link add link eth0.7 type vifmap
must ip link set eth0 type bond mode active-backup
check "in another mode it goes up" ip link set eth0 up
must ip link set eth0 down
must ip link set eth0 type bond mode balance-alb
must ip link del vifmap0
check "without vifmap it may rewrite them" ip link set eth0 up
finish
