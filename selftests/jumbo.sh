#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# With an MTU of 9000 everywhere, packets of 9000 bytes that must not be
# fragmented go from everybody to everybody, by IPv4 and IPv6. One receiver with
# a smaller MTU gets none of them, and each is counted.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2        v1: a NIC with TSO and checksums
#             veth nic nic       v2: a NIC without any offload

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/datagrams.sh
. "$here/lib/datagrams.sh"

need_commands ping

# ping_large PLACE ADDRESS LENGTH PATIENCE: one, never fragmented
ping_large() { at "$1" ping -q -M "do" -c 1 -s "$3" -W "$4" "$2"; }

# ping_both FROM TO: 9000 bytes by IPv4 and by IPv6
ping_both()
{
	ping_large "$1" "${v4[$2]}" 8972 $((30 * patience)) &&
		ping_large "$1" "${v6[$2]}" 8952 $((30 * patience))
}

# too_large TO FROM...: nobody waits long for an answer that cannot come
too_large()
{
	local to=$1 from expected=()

	shift
	for from; do
		ping_large "$from" "${v4[$to]}" 8972 0.01 >/dev/null
		expected+=("$from.drop-mtu=1")
	done
	must wait_until refused_to "$to" $#
	counted "a byte too large for $to, from $*" "${expected[@]}" \
		"$to.tx-dropped=$#"
}

nic[v1]='vnet_hdr csum tso ecn'
nic[v2]=''
topology veth nic nic
give_addresses 9000

# A ping goes both ways.
others=("${places[@]}")
for from in "${places[@]}"; do
	others=("${others[@]:1}")
	for to in "${others[@]}"; do
		check "9000 bytes, $from to $to and back" \
			ping_both "$from" "$to"
	done
done
read_stats
for end in "${places[@]}"; do
	is "$end: nothing was too large" "${stats[$end.drop-mtu]}" 0
done

# The guest would take them: it is vifmap that drops them.
set_mark
for vif in v0 v1 v2; do
	must ip link set $vif mtu 8999
done
too_large v0 wire host v1
too_large v1 wire v0
too_large v2 host v1
must ip link set eth0 mtu 8999
too_large wire v0
too_large host v1
check_sums
finish
