#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Frames go the short way to the peer of a veth and to a tap, unless somebody
# could tell: then they go through the queue of the vif, from the first frame
# on, and arrive there as well. When nobody looks any more, they go the short way
# again.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2
#             veth veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool nft tc
topology veth veth tap

# took NAME VIF direct|queued: so was all that was sent to it since the last time
took()
{
	local name=$1 vif=$2 want=$3 sent direct way

	read_stats
	sent=$((${stats[$vif.tx-packets]} - ${mark[$vif.tx-packets]}))
	direct=$((${stats[$vif.direct]} - ${mark[$vif.direct]}))
	set_mark
	case $direct in
	0) way=queued ;;
	"$sent") way=direct ;;
	*) way="$direct of $sent direct" ;;
	esac
	is "$vif: $name" "$way" "$want"
}

# shellcheck disable=SC2317 # called by wait_until
is_direct()
{
	ask send wire "$1" && ask expect "$1" && read_stats &&
		[ "${stats[$1.direct]}" -gt "${mark[$1.direct]}" ]
}

# again VIF WHEN: it may take a moment, for the last that is queued has to go
again()
{
	check "$1: the short way, $2" wait_until is_direct "$1"
	read_stats
	set_mark
	flow "$1: a frame, $2" wire "$1" count=3 -- "$1"
	took "that way from then on, $2" "$1" direct
}

# queued_by VIF NAME COMMAND...: whose effect another one takes back
queued_by()
{
	local vif=$1 name=$2

	shift 2
	check "$vif: $name" "$@"
	flow "$vif, $name: frames arrive" wire "$vif" count=3 -- "$vif"
	took "$name: they are queued" "$vif" queued
}

# meddled VIF NAME PLACE DEVICE WHAT
meddled()
{
	local meddler

	background "$3" meddle "$4" "$5" >"$tmp/meddle"
	meddler=$!
	must wait_until has_line ready "$tmp/meddle"
	queued_by "$1" "$2" true
	must kill "$meddler"
	wait "$meddler" 2>/dev/null
	again "$1" "after $2"
}

# undone VIF NAME COMMAND...
undone()
{
	local vif=$1 name=$2

	shift 2
	must "$@"
	again "$vif" "after $name"
}

rps()
{
	ip netns exec "${prefix}v0" \
		tee /sys/class/net/eth0/queues/rx-0/rps_cpus <<<"$1"
}

in_v0() { ip -n "${prefix}v0" "$@"; }

for vif in v0 v2; do
	again $vif "at first"
	flow "$vif: from a vif" v1 $vif count=2 -- $vif
	took "that, too" $vif direct
	flow "$vif: a broadcast" wire broadcast count=2 -- host v0 v1 v2
	took "and a copy" $vif direct

	meddled $vif "a packet socket" host $vif sniff
	queued_by $vif "a qdisc" tc qdisc add dev $vif root pfifo
	undone $vif "a qdisc" tc qdisc del dev $vif root
	must tc qdisc add dev $vif clsact
	queued_by $vif "a tc filter" \
		tc filter add dev $vif egress matchall action pass
	undone $vif "a tc filter" tc qdisc del dev $vif clsact
	queued_by $vif "a netfilter hook" nft "add table netdev t
		add chain netdev t c {
			type filter hook egress device $vif priority 0
		}"
	undone $vif "a netfilter hook" nft delete table netdev t
	queued_by $vif "delivery queue" vifmap port set $vif delivery queue
	undone $vif "delivery queue" vifmap port set $vif delivery auto
done

flow "from the host to a veth" host v0 count=3 -- v0
took "that, too" v0 direct
flow "a broadcast of the host" host broadcast -- wire v0 v1 v2
took "and a copy of it" v0 direct
again v0 "after frames of the host"

meddled v0 "XDP on the peer" v0 eth0 xdp
queued_by v0 "GRO on the peer" at v0 ethtool -K eth0 gro on
undone v0 "GRO on the peer" at v0 ethtool -K eth0 gro off
queued_by v0 "RPS on the peer" rps 1
undone v0 "RPS on the peer" rps 0
queued_by v0 "a VLAN device on the peer" \
	in_v0 link add link eth0 name eth0.7 type vlan id 7
undone v0 "a VLAN device on the peer" in_v0 link del eth0.7
# With a VLAN of its own, it would be as a VLAN device is.
must in_v0 link add b0 type bridge vlan_default_pvid 0
queued_by v0 "a bridge on the peer" in_v0 link set eth0 master b0
undone v0 "a bridge on the peer" in_v0 link set eth0 nomaster

must in_v0 link set eth0 mtu 1000
read_stats
set_mark
flow "larger than the peer's MTU" wire v0 len=1300 --
counted "the veth drops it, as ever" wire.drop-queue=1 v0.tx-dropped=1 \
	v0.direct=0
must in_v0 link set eth0 mtu 1500
again v0 "after a smaller MTU"
check_sums
finish
