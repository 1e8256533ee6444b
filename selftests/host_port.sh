#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap0 takes part in nothing until host-port makes it an end of its own:
# then the wire, vifs and vifmap0 reach each other. A capture on it leaves no
# trace.
#
#   wire0 ---- eth0 (vifmap0, host-port on)   host
#    wire       |  |     `-- an end: "port"
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands tcpdump
topology veth tap
must ask end port - vifmap0 stack
for from in wire v0 v1; do
	all_but $from wire host v0 v1
	flow "off: $from does not reach it" $from broadcast -- "${others[@]}"
done
ask send port broadcast >/dev/null
check "off: it reaches nobody" ask expect

must vifmap dev set vifmap0 host-port on
ends=(wire v0 v1 port)
for from in "${ends[@]}"; do
	all_but "$from" "${ends[@]}"
	for to in "${others[@]}"; do
		flow "on: $from to $to" "$from" "$to" count=2 -- "$to"
	done
	# The port is the host, which needs not hear itself.
	[ "$from" = port ] || others+=(host)
	flow "on: broadcast from $from" "$from" broadcast count=2 -- \
		"${others[@]}"
done
flow "on: broadcast from the host itself" host broadcast -- wire v0 v1
flow "the pdev itself is an end as before" wire host -- host
must vifmap dev set vifmap0 host-port off
ask send port broadcast >/dev/null
check "off again: it reaches nobody" ask expect
flow "off again: nobody reaches it" v0 broadcast -- wire host v1

promiscuous() { [ "$(promiscuity vifmap0)" -gt 0 ]; }
background host tcpdump -i vifmap0 -w /dev/null 2>"$tmp/tcpdump"
capture=$!
must wait_until promiscuous
must vifmap dev set vifmap0 host-port on
must vifmap dev set vifmap0 host-port off
must kill $capture
wait $capture
is "what is captured meanwhile leaves no trace" "$(promiscuity vifmap0)" 0
check_sums
finish
