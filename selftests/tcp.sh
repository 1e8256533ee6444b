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

need_commands ss
topology veth veth
give_v4
for pair in 'wire host' 'host wire' 'wire v0' 'v0 wire' 'host v0' 'v0 host' \
	'v0 v1'; do
	read -r from to <<<"$pair"
	tcp "offloads on" "$from" "$to" "${v4[$to]}" 8000000
done
if command -v ethtool >/dev/null; then
	must at v1 ethtool -K eth0 tso off gso off gro off tx off rx off sg off
	tcp "v1 without offloads" v0 v1 "${v4[v1]}" 8000000
	tcp "v1 without offloads" v1 host "${v4[host]}" 8000000
	tcp "v1 without offloads" wire v1 "${v4[v1]}" 8000000
fi
no_drops mtu queue
check_sums
finish
