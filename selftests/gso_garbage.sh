#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Guests that lie about their frames: headers for offloads that do not fit the
# frames, and frames that are cut short. Each frame is accounted for, receivers
# that take no large frames get none, and the kernel has nothing to complain of.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |  |  |      wire, v1, v3: no offloads; v2: all
#              v0 v1 v2 v3 v4      v0, v4: send garbage
#             tap veth nic nic veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

seed=${SEED-1} count=1000

# throw KIND DEVICE PLACE SRC DST...
throw()
{
	local kind=$1 device=$2 place=$3 out

	shift 3
	out=$(at "$place" garbage "$seed" "$count" "$kind" "$device" vnet_hdr "$@")
	result $? "frames sent from $place: $out"
}

echo "# SEED=$seed"
need_commands ethtool
nic[v2]='vnet_hdr csum tso'
nic[v3]=''
topology tap veth nic nic veth
# One is needed for the garbage, and the others could not keep up with it.
for end in v0 v1 v4 wire host; do
	must ask drop $end
done
off='tso off gso off tx off sg off'
# shellcheck disable=SC2086 # words
must ethtool -K eth0 $off
# shellcheck disable=SC2086 # words
must ethtool -K v1 $off
start_capture wire wire0 1500
start_capture v1 eth0 1500
start_capture v3 eth0 1500
for trunk in off on; do
	for vif in v0 v1 v2 v3 v4; do
		must vifmap port set $vif trunk $trunk flood-rate 0
	done
	throw tap v0 host "${mac[v0]}" "${mac[wire]}" "${mac[v1]}" \
		"${mac[v2]}" "${mac[v3]}" "${mac[host]}" ff:ff:ff:ff:ff:ff
	throw packet eth0 v4 "${mac[v4]}" "${mac[wire]}" "${mac[v1]}" \
		"${mac[v2]}" "${mac[v3]}" "${mac[host]}" ff:ff:ff:ff:ff:ff
done
for place in wire v1 v3; do
	end_capture $place
	is "$place: nothing over the MTU: $reply" "${seen[larger]}" 0
done
check_sums
for end in v0 v4; do
	check "$end: vifmap saw most of it" \
		test "${stats[$end.rx-packets]}" -gt $((count / 2))
done
must ask end wire "${prefix}wire" wire0 link
open_guest v1
flow "and all goes on: to a veth" wire v1 -- v1
flow "to the wire" v1 wire -- wire
finish
