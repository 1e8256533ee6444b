#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Large frames of honest senders whose segments would be larger than the
# receiver's MTU are dropped and counted, whether the receiver would take them
# whole or not: nothing over its MTU gets there.
#
#   wire0 ---- eth0 (vifmap0)   host     all guests, the host and the wire
#    wire       |  |  |  |               have an MTU of 9000, and so has v3;
#              v0  v1  v2  v3            v0, v1 and v2 have 1500
#             veth nic nic veth          v1: a NIC with TSO and checksums
#                                        v2: a NIC without any offload

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/datagrams.sh
. "$here/lib/datagrams.sh"

need_commands ss
nic[v1]='vnet_hdr csum tso uso'
nic[v2]=''
frames=3

# too_large_segments TO FROM...: frames of five datagrams each, of which one
# alone would be too large
too_large_segments()
{
	local to=$1 from expected=()

	shift
	for from; do
		must at "$from" datagrams send "${v4[$to]}" 4000 \
			$((frames * 5)) 8000 5
		expected+=("$from.drop-mtu=$frames")
	done
	must wait_until refused_to "$to" $(($# * frames))
	counted "too large for $to, from $*" "${expected[@]}" \
		"$to.tx-dropped=$(($# * frames))"
}

# too_large_stream FROM TO: both agree on segments for an MTU of 9000
too_large_stream()
{
	local before streams=()

	background "$2" stream recv 5000 >"$tmp/stream" 2>&1
	streams+=($!)
	must wait_until listening "$2" 5000
	before=$(counter "$1" drop-mtu)
	background "$1" stream send "${v4[$2]}" 5000 0 >"$tmp/stream" 2>&1
	streams+=($!)
	check "a stream from $1 to $2 gets nowhere" wait_until drops_more \
		"$1" "$before"
	kill "${streams[@]}"
}

drops_more() { [ "$(counter "$1" drop-mtu)" -gt "$2" ]; }

topology veth nic nic veth
give_addresses 9000
serve_datagrams
for vif in v0 v1 v2; do
	must ip link set $vif mtu 1500
	start_capture $vif eth0 1500
done
read_stats
set_mark
for vif in v0 v1 v2; do
	too_large_segments $vif wire host v3
done
for vif in v0 v1 v2; do
	too_large_stream wire $vif
	captured $vif 'cut'
done

# Nor to a pdev with a smaller MTU
must ip link set eth0 mtu 1500
read_stats
set_mark
too_large_segments wire v3
too_large_segments host v3
must ip link set eth0 mtu 9000
for vif in v0 v1 v2; do
	must ip link set $vif mtu 9000
done
# The wire takes them again once its MTU allows it.
ask_them "they do fit" v3 "wire host v0 v1 v2" "15 8000 5"
check_sums
finish
