# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-moving.sh - a host that moves from a bridge to vifmap by what README.md
# says, and boots; sourced by tests, after lib.sh
#
#                   v0
#                  veth
#                   |
#   wire0 ==== eth0, on br0 at first   host; two NICs, joined by their cables

: "${prefix:?}"

# shellcheck source=lib-readme.sh
. "${BASH_SOURCE[0]%/*}/lib-readme.sh"

# The wire has a router; the host has nothing yet but its NIC.
nic_with_wire()
{
	take_nics e1000
	new_netns wire
	must ip link set wire0 netns "${prefix}wire"
	must ip -n "${prefix}wire" -batch - <<-END
		address add 192.0.2.1/24 dev wire0
		link set wire0 up
	END
}

# A guest, on nothing yet
make_guest()
{
	new_netns v0
	must ip link add v0 type veth peer name eth0 netns "${prefix}v0"
	must ip -n "${prefix}v0" address add 192.0.2.50/24 dev eth0
	must ip -n "${prefix}v0" link set eth0 up
	must ip link set v0 up
}

# What a boot finds; the module that is loaded, and vifmap0, are not there then.
forget_all()
{
	local name

	for name in br0 vifmap0; do
		ip link del "$name" 2>/dev/null
	done
	must ip address flush dev eth0
	must ip link set eth0 down
}

answers() { at "$1" ping -c 1 -W 5 192.0.2.10; }
addresses() { ip -4 -o address show dev eth0 | awk '{ print $4 }' | xargs; }
default_route()
{
	ip route show default | sed 's, proto.*,,; s, onlink,,; s, $,,'
}

# on_nic WHEN: the host is where it belongs
on_nic()
{
	check "$1 it is reached" wait_until answers wire
	is "$1 its address is on the NIC" "$(addresses)" 192.0.2.10/24
	is "$1 its default route, too" "$(default_route)" \
		"default via 192.0.2.1 dev eth0"
	is "$1 there is no bridge" "$(ip -o link show type bridge)" ""
}

# guest_is_at_home WHEN: on vifmap, whatever else is there
guest_is_at_home()
{
	is "$1 the guest is attached" "$(master_of v0)" vifmap0
	check "$1 it reaches the host" wait_until answers v0
	check "$1 and the wire" wait_until at v0 ping -c 1 -W 5 192.0.2.1
}
