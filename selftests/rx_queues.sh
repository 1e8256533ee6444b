#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The queue by which a vif received a frame means nothing on the device that
# gets it next, which may not have as many: the kernel would warn of that where
# it spreads frames over processors by their queues (RPS).
#
#   wire0 ---- eth0 (vifmap0, host-port on, 2 queues)   host
#    wire       |  |
#              v0  v1         4 queues each, guests use the last but one
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands tc unshare

veth_lines()
{
	echo "link add $1 address 02:00:00:00:02:0${1#v}" \
		"numtxqueues 4 numrxqueues 4 type veth" \
		"peer name eth0 address ${mac[$1]} netns $prefix$1" \
		"numtxqueues 4 numrxqueues 4"
	quiet_up dev "$1"
}

build veth veth
must ip link add link eth0 name vifmap0 numrxqueues 2 type vifmap
attach_vifs
must vifmap dev set vifmap0 host-port on
must ip link set vifmap0 up
must ask end port - vifmap0 stack
for guest in v0 v1; do
	must at $guest tc qdisc add dev eth0 clsact
	must at $guest tc filter add dev eth0 egress matchall \
		action skbedit queue_mapping 3
done

# shellcheck disable=SC2016 # it is the inner shell's
# The devices below /sys are those of the namespace that it was mounted in.
must unshare -m sh -c 'mount -t sysfs sysfs /sys &&
	for queue in /sys/class/net/*/queues/rx-*; do
		echo 3 >$queue/rps_cpus || exit
	done'

ends=(wire host v0 v1 port)
for from in v0 v1 wire; do
	all_but $from "${ends[@]}"
	for to in "${others[@]}"; do
		flow "$from to $to" $from "$to" count=3 -- "$to"
	done
	flow "broadcast from $from" $from broadcast -- "${others[@]}"
done
check_sums
finish
