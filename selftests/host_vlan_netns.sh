#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A VLAN device that is in another namespace than the pdev is not one of the
# host's ends: whatever address it is given there, vifs lose nothing. When it
# comes back, it is one again.
#
#   wire0 ---- eth0 (vifmap0) ------- eth0.5   far
#    wire       |  |    host             `-- inner   host
#              v0  v1
#             veth tap                         v0: trunk on

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
must vifmap port set v0 trunk on
own=02:00:00:00:05:05 inner=02:00:00:00:05:07
new_netns far
must ip -batch - <<-END
	link add link eth0 name eth0.5 address $own type vlan id 5
	link add link eth0.5 name inner address $inner type vlan id 7
END

# The host's addresses in the map, in order
of_host()
{
	vifmap mac show pdev eth0 | grep 'origin host' |
		grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}' | sort | xargs
}

host_macs="${mac[host]} $own $inner"
is "VLAN devices' addresses are the host's" "$(of_host)" "$host_macs"
must start_monitor
must ip link set eth0.5 netns "${prefix}far"
is "in another namespace they are not, nor is what is on it" \
	"$(of_host)" "${mac[host]}"
check "an event says so" wait_until has_line \
	'"event":"mac-del".*"addr":"'$own'".*"origin":"host"' "$tmp/events"

check "there it may have any address" \
	at far ip link set eth0.5 address "${mac[wire]}"
must at far ip link set eth0.5 addrgenmode none
must at far ip link set eth0.5 up
is "which is not taken from the vifs" "$(of_host)" "${mac[host]}"
flow "they reach who has it" v1 wire count=2 -- wire
flow "and hear its broadcasts" wire broadcast count=2 -- host v0 v1
check "that of a vif, too" at far ip link set eth0.5 address "${mac[v1]}"
flow "who goes on getting its frames" wire v1 count=2 -- v1
check "and so may what is on it" ip link set inner address "${mac[v1]}"
must ip link set inner address $inner
check "and a VLAN device that is made there" ip link add link eth0 \
	name eth0.6 netns "${prefix}far" address "${mac[v1]}" type vlan id 6
is "none of that is in the map" "$(of_host)" "${mac[host]}"
must at far ip link del eth0.6

must at far ip link set eth0.5 address "${mac[host]}"
must ask end vlan5 "${prefix}far" eth0.5 stack vlan=5
flow "it hears trunk vifs" v0 broadcast vlan=5 -- vlan5 wire
flow "and reaches them" vlan5 v0 -- v0
flow "they reach it by the address of the pdev" v0 host vlan=5 -- vlan5
must ask drop vlan5
must at far ip link set eth0.5 address $own
flow "frames for one of its own go to the wire" v0 $own vlan=5 -- wire
check "a vif may be given it" vifmap mac add $own vif v1
must vifmap mac del $own

must ip -n "${prefix}far" link set eth0.5 netns "${prefix}host"
is "back again, the addresses are the host's" "$(of_host)" "$host_macs"
refused 'mapped to v1' 2 ip link set eth0.5 address "${mac[v1]}"
refused "$own is an address of the host" 1 vifmap mac add $own vif v1

# A move is not asked about, so it may bring an address that a vif has.
must ip link set eth0.5 netns "${prefix}far"
must at far ip link set eth0.5 address "${mac[v1]}"
must ip -n "${prefix}far" link set eth0.5 netns "${prefix}host"
is "what a vif has stays the vif's, the rest is the host's" \
	"$(of_host)" "${mac[host]} $inner"
flow "the vif gets its frames" wire v1 -- v1
new=02:00:00:00:0e:01
must ip link set eth0 address $new
is "further changes are followed" "$(of_host)" "$inner $new"
must ip link set eth0.5 address $own
is "also the one that puts it right" "$(of_host)" "$own $inner $new"
check_sums
finish
