#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NIC that filters addresses gets those of the active entries, and those
# alone; it is never made promiscuous. It takes every multicast while a vif is
# attached. More addresses than it has room for still work.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge
driver=${driver-virtio_net}
nic_topology "$driver" veth tap
unknown=02:00:00:00:09:09
many=70 # virtio-net has room for 64, e1000 for 14

accepted() { check "the NIC takes $1" wait_until nic_accepts "$2"; }

rejected() { check "the NIC does not take $1" wait_until nic_rejects "$2"; }

filter() { bridge fdb show dev eth0 | grep -oE '^02:00:00:[^ ]*' | sort; }

address() { printf '02:00:00:00:0a:%02x' "$1"; }

# each_address COMMAND [ARG]...: commands of the tool
each_address()
{
	local i

	for ((i = 0; i < many; i++)); do
		echo "mac $1 $(address $i) ${*:2}"
	done
}

must wait_until nic_accepts v1
set_mark
is "the filter has the mapped addresses" "$(filter)" \
	"${mac[v0]}"$'\n'"${mac[v1]}"
is "promiscuity" "$(promiscuity eth0)" 0
is "allmulti" "$(allmulti eth0)" 1
for vif in v0 v1; do
	flow "the wire to $vif" wire $vif count=10 -- $vif
	flow "$vif to the wire" $vif wire count=10 -- wire
done
flow "the wire to the host" wire host count=10 -- host
flow "v0 to v1" v0 v1 -- v1
flow "v1 to the host" v1 host -- host
flow "broadcast from the wire" wire broadcast -- host v0 v1
flow "multicast from the wire" wire multicast -- host v0 v1
flow "broadcast from v0" v0 broadcast -- host wire v1
flow "multicast from v1" v1 multicast -- host wire v0
flow "another's address" wire $unknown count=10 --
counted "vifmap never saw it" wire.unknown=0

must vifmap mac set "${mac[v0]}" inactive
rejected "an inactive address" "${mac[v0]}"
must vifmap mac set "${mac[v0]}" active
accepted "it again once it is active" "${mac[v0]}"
flow "the wire to it" wire v0 -- v0
must vifmap mac del "${mac[v1]}"
rejected "a deleted address" "${mac[v1]}"
must vifmap mac add "${mac[v1]}" vif v1
accepted "it again once it is back" "${mac[v1]}"

each_address add vif v0 >"$tmp/batch"
must vifmap -b "$tmp/batch"
accepted "the last of many" "$(address $((many - 1)))"
for ((i = 0; i < many; i++)); do
	ask send wire "$(address $i)" >/dev/null
done
check "each of them arrives" ask expect v0
is "and yet: promiscuity" "$(promiscuity eth0)" 0
flow "the wire to v1" wire v1 -- v1
flow "no vif gets another's" wire $unknown --
each_address del >"$tmp/batch"
must vifmap -b "$tmp/batch"
rejected "another's address once they fit" $unknown
flow "the wire to v0" wire v0 -- v0

must ip link set eth0 down
must ip link set eth0 up
wait_for_nics
flow "the NIC has been down: the wire to v1" wire v1 -- v1
flow "broadcast" wire multicast -- host v0 v1
rejected "another's address" $unknown

check_sums
must vifmap detach v1
rejected "a detached vif's address" "${mac[v1]}"
is "allmulti with a vif left" "$(allmulti eth0)" 1
flow "multicast from the wire" wire multicast -- host v0
must vifmap detach v0
is "allmulti, promiscuity with none left" \
	"$(allmulti eth0) $(promiscuity eth0)" "0 0"
is "nothing is left in the filter" "$(filter)" ""
check "the NIC does not take others' groups" \
	wait_until nic_rejects 33:33:00:00:0b:0c
finish
