#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A router in another namespace, with a VLAN device of the pdev, reaches a vif
# also if what it routes comes in by a device that has the vif's index, or the
# vifmap device's, in that namespace.
#
#   wire0 ---- eth0 (vifmap0) ------- eth0.5  router  in0 ---- eth0  far
#                |    host                            in1 ---- eth1
#               v0
#              veth: trunk on

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ping
topology veth
must vifmap port set v0 trunk on
new_netns router
new_netns far

index_of() { ip -o link show dev "$1" | cut -d : -f 1; }

# inner NUMBER INDEX: how far gets to the router
inner()
{
	must ip -n "${prefix}router" -batch - <<-END
	link add in$1 index $2 type veth peer name eth$1 netns ${prefix}far
	link set in$1 up
	address add 10.0.$1.1/24 dev in$1
	END
	must ip -n "${prefix}far" -batch - <<-END
	link set eth$1 up
	address add 10.0.$1.2/24 dev eth$1
	END
}

must ip link add link eth0 name eth0.5 netns "${prefix}router" type vlan id 5
must ip -n "${prefix}router" -batch - <<-END
	link set eth0.5 up
	address add 192.0.5.1/24 dev eth0.5
END
must at router tee /proc/sys/net/ipv4/ip_forward <<<1
must ip -n "${prefix}v0" -batch - <<-END
	link add link eth0 name eth0.5 type vlan id 5
	link set eth0.5 up
	address add 192.0.5.2/24 dev eth0.5
	route add default via 192.0.5.1
END
inner 0 "$(index_of v0)"
inner 1 "$(index_of vifmap0)"

check "the router reaches the guest" at router ping -c 1 -W 10 192.0.5.2
for number in 0 1; do
	must ip -n "${prefix}far" route replace default via 10.0.$number.1
	check "so does who is behind its in$number" at far ping -c 1 -W 10 \
		-I eth$number 192.0.5.2
done
check_sums
finish
