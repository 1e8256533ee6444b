#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host with eight NICs for guests and a ninth, which has the default route:
# each vif is on the NIC that was named, and none is ever guessed.
#
#   wire1 ... wire9
#     |         |
#   eth1  ... eth9     host, default route by eth9
#     |         |
#    v1   ...  v9      taps

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

new_netns wire
start_frames
for n in 1 2 3 4 5 6 7 8 9; do
	echo "link add eth$n type veth peer name wire$n netns ${prefix}wire"
	quiet_up dev eth$n
	tap_lines v$n
done >"$tmp/lines"
must ip -batch "$tmp/lines"
for n in 1 2 3 4 5 6 7 8 9; do
	quiet_up dev wire$n
done >"$tmp/lines"
must ip -n "${prefix}wire" -batch "$tmp/lines"
must ip address add 192.0.2.2/24 dev eth9
must ip route add default via 192.0.2.1

refused 'pdev' 2 vifmap attach v1
refused 'pdev' 2 vifmap attach v1 mac 02:00:00:00:01:01
for n in 1 2 3 4 5 6 7 8 9; do
	must ask end w$n "${prefix}wire" wire$n link
	must ask end v$n - v$n tap
	must ask mac v$n 02:00:00:00:01:0$n
	check "attach to eth$n" vifmap attach v$n pdev eth$n \
		mac 02:00:00:00:01:0$n
done
is "nine devices" "$(vifmap dev show | wc -l)" 9
for n in 1 2 3 4 5 6 7 8 9; do
	flow "from wire$n" w$n v$n -- v$n
	flow "to wire$n" v$n w$n -- w$n
	flow "broadcast from wire$n" w$n broadcast -- v$n
	flow "broadcast from v$n" v$n broadcast -- w$n
	flow "never to another NIC's vif" w$n v$((n % 9 + 1)) --
	flow "what is not here goes to wire$n" v$n v$((n % 9 + 1)) -- w$n
done
is "the default route is as it was" "$(ip route show default)" \
	"default via 192.0.2.1 dev eth9 "
finish
