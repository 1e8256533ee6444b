#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everybody pings everybody, with IPv4 and with IPv6 link-local addresses: ARP,
# neighbour discovery and duplicate address detection work, and no address is
# a duplicate.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ping
topology veth veth
places=(wire host v0 v1)
declare -A dev=([wire]=wire0 [host]=eth0 [v0]=eth0 [v1]=eth0) v6

# Off and on again, for the kernel gives itself an address only then.
address_lines()
{
	echo "link set dev $1 down"
	echo "link set dev $1 addrgenmode eui64"
	echo "link set dev $1 up"
}

v6_address()
{
	v6[$1]=$(at "$1" ip -6 -o address show dev "${dev[$1]}" scope link \
		-tentative | sed -nE 's/.*inet6 ([^/]*).*/\1/p')
	[ -n "${v6[$1]}" ]
}

for place in "${places[@]}"; do
	must ip -n "$prefix$place" -batch - \
		<<<"$(address_lines "${dev[$place]}")"
done
give_v4
for place in "${places[@]}"; do
	check "$place has an IPv6 address" wait_until v6_address "$place"
	is "no duplicate" "$(at "$place" ip -6 -o address show dadfailed)" ""
done
for from in "${places[@]}"; do
	# It has been asked by others, and would not have to ask.
	must ip -n "$prefix$from" neighbour flush dev "${dev[$from]}"
	for to in "${places[@]}"; do
		[ "$from" != "$to" ] || continue
		check "IPv4, $from to $to" at "$from" ping -q -n -c 2 -i 0.01 \
			-W 10 "${v4[$to]}"
		check "IPv6, $from to $to" at "$from" ping -q -n -c 2 -i 0.01 \
			-W 10 "${v6[$to]}%${dev[$from]}"
	done
done
check "all of them at once" at v0 ping -q -n -c 1 -W 10 "ff02::1%eth0"
is "the pdev is not promiscuous" "$(promiscuity eth0)" 0
finish
