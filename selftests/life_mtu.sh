#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# MTUs change while everybody talks to everybody: nobody loses what still fits.
# What does not is dropped and counted. The vifmap device has never more than
# the pdev, and no IPv6 afterwards.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1 v2
#            veth veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth veth tap
must vifmap dev set vifmap0 flood-rate 0
must ask drop v2
fire_between wire host v0 v1 v2

set_mtu()
{
	local mtu=$1 name

	for name in "${@:2}"; do
		case $name in
		wire0) must at wire ip link set wire0 mtu "$mtu" ;;
		peer*) must at "v${name#peer}" ip link set eth0 mtu "$mtu" ;;
		*) must ip link set "$name" mtu "$mtu" ;;
		esac
	done
}

begin_fire
set_mtu 1400 eth0
is "the vifmap device follows" "$(mtu_of vifmap0)" 1400
read_stats
set_mark
flow "full frames do not fit the pdev" v0 wire len=1514 --
flow "those that do fit it" v0 wire len=1414 -- wire
flow "nor the host" v0 host len=1514 --
flow "but other vifs" v0 v1 len=1514 -- v1
end_fire
is "they are counted" \
	"$(read_stats; echo $((${stats[v0.drop-mtu]} - ${mark[v0.drop-mtu]})))" 2
set_mtu 1500 eth0
flow "raised again: full frames pass" v0 wire len=1514 -- wire
went "nobody lost anything" begin end "$(intact wire host v0 v1 v2)"

begin_fire
set_mtu 1400 v1
flow "full frames do not fit the vif" wire v1 len=1514 --
flow "those that do fit it" wire v1 len=1414 -- v1
flow "nor from another vif" v0 v1 len=1514 --
flow "nor in a broadcast" wire broadcast len=1514 -- host v0
set_mtu 9000 wire0 eth0 v0 v1 v2 peer0 peer1
end_fire
went "nobody lost anything" begin end "$(intact wire host v0 v1 v2)"
flow "raised: jumbo frames" wire v1 len=9014 -- v1
flow "to the wire" v0 wire len=9014 -- wire
flow "to the host" v0 host len=9014 -- host
flow "from vif to vif" v0 v1 len=9014 -- v1
set_mtu 9100 peer0
flow "more than that is too much" v0 v1 len=9015 --
check "the vifmap device can follow" ip link set vifmap0 mtu 9000
set_mtu 1500 eth0
is "and it does so downwards" "$(mtu_of vifmap0)" 1500

# Less than IPv6 needs
set_mtu 1200 eth0
set_mtu 1500 eth0 vifmap0
is "IPv6 on the vifmap device stays off" \
	"$(</proc/sys/net/ipv6/conf/vifmap0/disable_ipv6)" 1
vifs=(v0 v1 v2)
check_sums
finish
