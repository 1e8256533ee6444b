#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A checksum that a device reckoned over all of a frame is forgotten when the
# frame is sent on, since it no longer fits: else a receiver complains of the
# device. Few devices reckon like that; but the kernel itself does what is the
# same when it takes a frame out of a VXLAN packet whose checksum was found good
# before (here by GRO).
#
#   vx0 = wire0 ---- eth0 = vx0 (vifmap0)   host
#          wire             |  |
#                          v0  v1
#                         veth nic

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool ping
nic[v1]='vnet_hdr csum tso'
build veth nic
must ethtool -K eth0 gro on
must at wire ethtool -K wire0 tx off
must ip address add 192.0.2.2/24 dev eth0
must ip -n "${prefix}wire" address add 192.0.2.1/24 dev wire0
vxlan='type vxlan id 7 dstport 4789 udpcsum'
# shellcheck disable=SC2086 # words
must ip link add vx0 $vxlan local 192.0.2.2 remote 192.0.2.1 dev eth0
# shellcheck disable=SC2086 # words
must ip -n "${prefix}wire" link add vx0 $vxlan local 192.0.2.1 \
	remote 192.0.2.2 dev wire0
must ip -batch - <<<"$(quiet_up dev vx0)"
must ip -n "${prefix}wire" -batch - <<<"$(quiet_up dev vx0)"
must vifmap attach v0 pdev vx0
must vifmap attach v1 pdev vx0 mac "${mac[v1]}"
must ip -n "${prefix}wire" address add 198.51.100.1/24 dev vx0
number=1
for vif in v0 v1; do
	number=$((number + 1))
	must ip -n "$prefix$vif" address add 198.51.100.$number/24 dev eth0
	check "ping through the tunnel to $vif" \
		at wire ping -q -c 5 -i 0.2 -w 20 198.51.100.$number
done
check_sums
finish
