#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What vifs, and vifs and the host, say to each other in unicast frames is not
# to be seen on the wire, as tcpdump there bears witness.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#   tcpdump    v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands tcpdump
topology veth tap
background wire tcpdump -i wire0 -nnel --immediate-mode \
	>"$tmp/seen" 2>"$tmp/tcpdump"
must wait_until has_line 'listening on' "$tmp/tcpdump"

for pair in 'v0 v1' 'v1 v0' 'v0 host' 'v1 host' 'host v0' 'host v1'; do
	read -r from to <<<"$pair"
	flow "$from to $to" "$from" "$to" count=10 -- "$to"
done
flow "a last frame, to the wire" v0 wire -- wire
check "tcpdump has seen the last frame" \
	wait_until has_line "> ${mac[wire]}" "$tmp/seen"
is "tcpdump has seen no other" \
	"$(grep ' > ' "$tmp/seen" | grep -v "> ${mac[wire]}")" ""
check_sums
finish
