#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# IPv6 between the wire, the host and a guest over NICs that filter addresses:
# neighbours find each other, and duplicate addresses are found in both
# directions, all of it without promiscuous mode.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables
#    wire       |
#              v0
#             veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ping
driver=${driver-virtio_net}
nic_topology "$driver" veth
declare -A dev=([wire]=wire0 [host]=eth0 [v0]=eth0)
declare -A v6=([wire]=2001:db8::1 [host]=2001:db8::2 [v0]=2001:db8::3)

add() { must ip -n "$prefix$1" address add "$2/64" dev "${dev[$1]}"; }

# shown PLACE ADDRESS: with its flags
shown() { ip -n "$prefix$1" -o -6 address show dev "${dev[$1]}" to "$2"; }

# Duplicate address detection is done with it: valid PLACE ADDRESS
valid() { [[ "$(shown "$@")" = *inet6* && "$(shown "$@")" != *tentative* ]]; }

duplicate() { [[ "$(shown "$@")" = *dadfailed* ]]; }

# pings FROM TO
pings()
{
	check "ping, $1 to $2" at "$1" ping -q -c 2 -i 0.2 -W 10 "${v6[$2]}"
}

for place in wire host v0; do
	add $place "${v6[$place]}"
done
for place in wire host v0; do
	check "$place has its address to itself" \
		wait_until valid $place "${v6[$place]}"
done
pings wire v0
pings v0 wire
pings v0 host
pings host v0
pings host wire
for pair in 'wire v0' 'v0 wire' 'host v0' 'v0 host'; do
	read -r place other <<<"$pair"
	add "$place" "${v6[$other]}"
	check "that of $other is no address for $place" \
		wait_until duplicate "$place" "${v6[$other]}"
	must ip -n "$prefix$place" address del "${v6[$other]}/64" \
		dev "${dev[$place]}"
done
is "promiscuity" "$(promiscuity eth0)" 0
check_sums
finish
