#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Nothing changes while packet sockets look at the pdev and at the vifs: they
# hold the frames that vifmap is about to change. tcpdump on the pdev sees what
# vifs send to the host.
#
#   wire0 ---- eth0 (vifmap0)   host, with tcpdump on every device
#    wire       |  |  |
#              v0  v1  v2
#             veth veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands tcpdump
topology veth veth tap
for dev in eth0 v0 v2; do
	background host tcpdump -i $dev -nnel --immediate-mode \
		>"$tmp/$dev" 2>"$tmp/tcpdump-$dev"
done
for dev in eth0 v0 v2; do
	must wait_until has_line 'listening on' "$tmp/tcpdump-$dev"
done

ends=(wire host v0 v1 v2)
for from in "${ends[@]}"; do
	all_but "$from" "${ends[@]}"
	flow "broadcast from $from" "$from" broadcast count=3 -- "${others[@]}"
	for to in "${others[@]}"; do
		flow "$from to $to" "$from" "$to" count=3 -- "$to"
	done
done
check "tcpdump on the pdev sees a vif's frames for the host" \
	wait_until has_line "${mac[v0]} > ${mac[host]}" "$tmp/eth0"
check "tcpdump on the vif sees what is sent to it" \
	wait_until has_line "${mac[wire]} > ${mac[v2]}" "$tmp/v2"
check_sums
finish
