#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The namespace of a host with a real NIC is deleted while its guests talk: the
# vifmap device and the vifs go with it, and the NIC goes home, where nothing is
# asked of it any more and where it can be a pdev again.
#
#   wire0 ==== nic0 (vifmap0)   far; two NICs, joined by their cables
#    wire       |  |
#              v0  v1           then the same with eth0 in host
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge ping
nic_build virtio_net
new_netns far
new_netns v0
mac[v0]=02:00:00:00:01:00 mac[v1]=02:00:00:00:01:01

# at_home COMMAND...: where a NIC goes when its namespace ends
at_home() { nsenter --net=/proc/1/ns/net "$@"; }

home_name() { basename "${nic_devices[0]}"/net/*; }

# It is there as soon as it has left the other.
is_home() { at_home ip link show dev "$(home_name)"; }

# What vifmap asks of a NIC
asked()
{
	at_home "$BASH" -c "$(declare -f promiscuity allmulti)
		echo \$(promiscuity $1) \$(allmulti $1)
		bridge fdb show dev $1" | grep -v '^33:33\|^01:'
}

guest_lines()
{
	echo "link add v0 type veth peer name eth0 address ${mac[v0]}" \
		"netns ${prefix}v0"
	quiet_up dev v0
	echo "tuntap add dev v1 mode tap"
	quiet_up dev v1
}

# attach_guests PLACE PDEV
attach_guests()
{
	must ip -n "$prefix$1" -batch - <<<"$(guest_lines)"
	must ip -n "${prefix}v0" -batch - <<-END
	$(quiet_up dev eth0)
	address add 192.0.2.3/24 dev eth0
	END
	must at "$1" vifmap attach v0 pdev "$2"
	must at "$1" vifmap attach v1 pdev "$2" mac "${mac[v1]}" learn 2
}

pinging() { at v0 ping -q -c 1 -W 1 192.0.2.1; }
guest_gone() { ! at v0 ip link show dev eth0; }

must at wire ip address add 192.0.2.1/24 dev wire0
must ask drop host
must ip link set eth0 down
must ip link set eth0 name nic0 netns "${prefix}far"
must ip -n "${prefix}far" -batch - <<<"$(quiet_up dev nic0)"
attach_guests far nic0
check "v0 reaches the wire" wait_until pinging
background wire ping -q -f 192.0.2.3 >/dev/null
pinger=$!

check "delete the namespace" ip netns del "${prefix}far"
check "the NIC goes home" wait_until is_home
check "the vifs go with their namespace" wait_until guest_gone
is "nothing is asked of the NIC there" "$(asked "$(home_name)")" "0 0"
check "no vifmap device went with it" \
	test "$(at_home ip -o link show type vifmap | wc -l)" -eq 0

claim_nic 0 eth0
must ip -batch - <<-END
	link set eth0 address ${mac[host]}
	$(quiet_up dev eth0)
END
wait_for_nics
attach_guests host eth0
check "it is a pdev again: v0 reaches the wire" wait_until pinging
kill $pinger
must ask end host - eth0 stack
vifs=(v0 v1)
open_guest v0
open_guest v1
check "the NIC takes frames for v1" wait_until nic_accepts v1
flow "the wire to v1" wire v1 -- v1
flow "v1 to the wire" v1 wire -- wire
check_sums
# Its driver waits until nobody holds on to it.
must ask drop host
check "the NIC can be taken away" unbind_nic "${nic_devices[0]}"
must bind_nic "${nic_devices[0]}" virtio_net
finish
