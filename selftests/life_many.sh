#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Three hundred vifs are attached and detached, go with their device, are
# deleted, and go with their guests' namespace, all while others talk, who lose
# nothing. Each is told of, and nothing is left of them.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  | | |
#              v0  g1 ... g300
#             veth veths, all their guests in the namespace "guests"

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

many=300
topology veth
new_netns guests
must at guests sysctl -q net.ipv6.conf.default.disable_ipv6=1
must sysctl -q net.ipv6.conf.default.disable_ipv6=1
before=$(port_state eth0)

# lines FIRST LAST TEXT: for each vif of these, %s in it is the name
lines()
{
	local i

	for ((i = $1; i <= $2; i++)); do
		echo "${3//%s/g$i}"
	done
}

fire_between wire host v0
must vifmap dev set vifmap0 flood-rate 0
must start_monitor
events() { grep -c "\"event\":\"$1\".*\"ifname\":\"g[0-9]*\".*${2-}" "$tmp/events"; }
all_told() { [ "$(events "$@")" -ge "$wanted" ]; }

# told NAME N EVENT [PATTERN]: so many of these since the last time
told()
{
	wanted=$2
	wait_until all_told "${@:3}"
	is "$1 is told of" "$(events "${@:3}")" "$2"
	: >"$tmp/events"
}

begin_fire
lines 1 $many "link add %s type veth peer name %s netns ${prefix}guests" \
	>"$tmp/batch"
must ip -batch "$tmp/batch"
lines 1 $many "attach %s pdev eth0" >"$tmp/batch"
check "attach $many" vifmap -b "$tmp/batch"
is "they are there" "$(vifmap port show | grep -c '^g')" $many
is "an address leads to each" "$(vifmap mac show | grep -c 'vif g')" $many
told "each" $many port-add
lines 1 100 "detach %s" >"$tmp/batch"
check "detach some" vifmap -b "$tmp/batch"
told "each" 100 port-del '"reason":"user"'
lines 101 200 "link del %s" >"$tmp/batch"
check "delete some" ip -batch "$tmp/batch"
told "each" 100 port-del '"reason":"unregister"'
end_fire
went "the others lose nothing" begin end "$(intact wire host v0)"

begin_fire
check "delete the device" ip link del vifmap0
told "each" 100 port-del '"reason":"device"'
lines 201 $many "attach %s pdev eth0" >"$tmp/batch"
check "attach them to another" vifmap -b "$tmp/batch"
must vifmap attach v0 pdev eth0
must vifmap dev set vifmap0 flood-rate 0
: >"$tmp/events"
moment attached
check "delete their guests' namespace" ip netns del "${prefix}guests"
none_left() { [ "$(vifmap port show | grep -c '^g')" = 0 ]; }
check "they are gone" wait_until none_left
told "each" 100 port-del '"reason":"unregister"'
end_fire
went "wire and host never lost anything" begin end "$(intact wire host)"
went "nor the vif since it was back" attached end "$(intact wire host v0)"
is "no address of theirs is left" "$(vifmap mac show | grep -c 'vif g')" 0
read_stats
is "the wire, the host and the vif account for all of theirs" \
	"$(imbalance wire) $(imbalance host) $(imbalance v0)" "0 0 0"
must vifmap detach v0
is "the pdev is as before" "$(port_state eth0)" \
	"${before/allmulti 1/allmulti 0}"
finish
