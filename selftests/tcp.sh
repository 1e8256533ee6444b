#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP with all offloads on, between each two kinds of ends: every byte arrives
# as it was sent, and no frame is dropped as too large or for want of room.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth veth
declare -A v4=([wire]=192.0.2.1 [host]=192.0.2.2 [v0]=192.0.2.3 [v1]=192.0.2.4)
declare -A dev=([wire]=wire0 [host]=eth0 [v0]=eth0 [v1]=eth0)
size=8000000 port=5000
for place in "${!v4[@]}"; do
	must ip -n "$prefix$place" address add "${v4[$place]}/24" \
		dev "${dev[$place]}"
done

# transfer NAME FROM TO
transfer()
{
	local out

	port=$((port + 1))
	background "$3" stream recv $port >"$tmp/received"
	must wait_until listening "$3" $port
	out=$(at "$2" stream send "${v4[$3]}" $port $size)
	wait_until has_line bytes "$tmp/received"
	is "$1, $2 to $3" "$out; $(<"$tmp/received")" \
		"$size bytes; $size bytes"
}

need_commands ss
for pair in 'wire host' 'host wire' 'wire v0' 'v0 wire' 'host v0' 'v0 host' \
	'v0 v1'; do
	read -r from to <<<"$pair"
	transfer "offloads on" "$from" "$to"
done
if command -v ethtool >/dev/null; then
	must at v1 ethtool -K eth0 tso off gso off gro off tx off rx off sg off
	transfer "one of them without offloads" v0 v1
	transfer "one of them without offloads" v1 host
	transfer "one of them without offloads" wire v1
fi
read_stats
for end in wire host v0 v1; do
	is "$end: no drop" "${stats[$end.drop-mtu]} ${stats[$end.drop-queue]}" \
		"0 0"
done
check_sums
finish
