#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NIC goes away, comes back, is reset by its driver and moved to another
# namespace while guests talk: vifs are let go of cleanly, and what vifmap
# asked of the NIC outlives a reset, but not vifmap.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge ethtool ping
driver=${driver-virtio_net}
nic_build "$driver" veth tap
[ "$driver" != vmxnet3 ] || must ethtool -K eth0 lro off
attach_vifs

both_ways()
{
	local vif

	check "$1: the NIC takes frames for v0" wait_until nic_accepts v0
	for vif in v0 v1; do
		flow "$1: the wire to $vif" wire $vif count=5 -- $vif
		flow "$1: $vif to the wire" $vif wire count=5 -- wire
	done
	flow "$1: multicast from the wire" wire multicast -- host v0 v1
	flow "$1: broadcast from v1" v1 broadcast -- host v0 wire
}

filter() { bridge fdb show dev "$1" | grep -oE '^02:00:00:00:01[^ ]*' | sort; }

promiscuous=0
[ "$driver" != vmxnet3 ] || promiscuous=1
asked_of_nic="$promiscuous 1 ${mac[v0]}"$'\n'"${mac[v1]}"
nothing='0 0 '

asked() { echo "$(promiscuity "$1") $(allmulti "$1") $(filter "$1")"; }

is "what is asked of the NIC" "$(asked eth0)" "$asked_of_nic"
both_ways "at first"

# --- a reset ---------------------------------------------------------------

must at wire ip link set wire0 mtu 3000
must ip link set eth0 mtu 3000
must ip link set v0 mtu 3000
must at v0 ip link set eth0 mtu 3000
wait_for_nics
both_ways "another MTU"
flow "larger frames from the wire" wire v0 len=2900 -- v0
flow "and to it" v0 wire len=2900 -- wire
flow "but not larger than others' MTU" wire v1 len=2900 --
if ethtool -G eth0 rx 128 >/dev/null 2>&1; then
	wait_for_nics
	both_ways "another ring"
fi
is "all that is still asked of it" "$(asked eth0)" "$asked_of_nic"
for pair in "wire wire0" "host eth0" "host v0" "v0 eth0"; do
	read -r place dev <<<"$pair"
	must at "$place" ip link set "$dev" mtu 1500
done

# --- its driver goes, and comes back ---------------------------------------

must at v0 ip address add 192.0.2.3/24 dev eth0
must at wire ip address add 192.0.2.1/24 dev wire0
start_monitor
nic=${nic_devices[0]}

pinging() { at v0 ping -q -c 1 -W 1 192.0.2.1; }

for round in first second; do
	check "$round time: v0 pings the wire" wait_until pinging
	background v0 ping -q -f 192.0.2.1 >/dev/null
	pinger=$!
	must ask drop host
	check "$round time: the NIC goes" unbind_nic "$nic"
	check "and the vifmap device" has_no_link vifmap0
	is "v0 and v1 are free" "$(master_of v0) $(master_of v1)" " "
	is "vifmap has nothing left" "$(vifmap show)" ""
	# What the guest does now goes nowhere, and does no harm.
	at v0 ping -q -c 2 -i 0.2 -W 1 192.0.2.1 >/dev/null
	must bind_nic "$nic" "$driver"
	claim_nic 0 eth0
	must ip link set eth0 address "${mac[host]}"
	must ip -batch - <<<"$(quiet_up dev eth0)"
	[ "$driver" != vmxnet3 ] || must ethtool -K eth0 lro off
	wait_for_nics
	must ask end host - eth0 stack
	attach_vifs
	kill $pinger
	is "it is back: what is asked of it" "$(asked eth0)" "$asked_of_nic"
done
both_ways "it is back"
check "an event says why" wait_until has_line \
	'"dev-del".*"reason":"unregister"' "$tmp/events"
read_stats
check_sums

# --- another namespace -----------------------------------------------------

must ip link set eth0 down
must ip link set eth0 name nic0
must ip link set nic0 netns "${prefix}v0"
check "the NIC was moved, the vifmap device has gone" has_no_link vifmap0
is "v0 and v1 are free" "$(master_of v0) $(master_of v1)" " "
must ip link set v0 down
# The kernel takes back promiscuous mode from a NIC only while that is up.
must at v0 ip link set nic0 up

asked_there()
{
	at v0 "$BASH" -c "$(declare -f asked promiscuity allmulti filter)
		asked nic0"
}

is "nothing is asked of it there" "$(asked_there)" "$nothing"
finish
