#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# IPv6 duplicate address detection: a guest's address is found to be its own
# although the wire turns round whatever is sent to a group, and one that
# another guest, the host or the wire has is found to be a duplicate.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#   (mirror)   v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands tc sysctl
topology veth veth
declare -A dev=([wire]=wire0 [host]=eth0 [v0]=eth0 [v1]=eth0)
for place in "${!dev[@]}"; do
	# A node that marks its questions would know them again.
	must at "$place" sysctl -q -w net.ipv6.conf.all.enhanced_dad=0 \
		"net.ipv6.conf.${dev[$place]}.enhanced_dad=0"
done

# add_address PLACE ADDRESS
add_address() { must ip -n "$prefix$1" address add "$2/64" dev "${dev[$1]}"; }

# addresses PLACE ADDRESS FLAG...: what ip says of them
addresses()
{
	at "$1" ip -6 -o address show dev "${dev[$1]}" to "$2" "${@:3}"
}
is_good() { [ -n "$(addresses "$1" "$2" -tentative -dadfailed)" ]; }
has_failed() { [ -n "$(addresses "$1" "$2" dadfailed)" ]; }

must at wire tc qdisc add dev wire0 clsact
must at wire tc filter add dev wire0 ingress matchall \
	action mirred egress mirror dev wire0
add_address v0 fd00::1
check "a guest has its address while the wire reflects" \
	wait_until is_good v0 fd00::1
read_stats
check "the wire did reflect" test "${stats[wire.reflected]}" -gt 0
must at wire tc qdisc del dev wire0 clsact

add_address host fd00::2
add_address wire fd00::3
check "the host has its address" wait_until is_good host fd00::2
check "the wire has its address" wait_until is_good wire fd00::3
add_address v1 fd00::1
add_address v0 fd00::2
add_address v1 fd00::3
check "a guest's address is found" wait_until has_failed v1 fd00::1
check "the host's address is found" wait_until has_failed v0 fd00::2
check "the wire's address is found" wait_until has_failed v1 fd00::3
add_address wire fd00::1
check "and the wire finds a guest's" wait_until has_failed wire fd00::1
check_sums
finish
