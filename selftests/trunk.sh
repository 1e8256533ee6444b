#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tagged frames: a vif without trunk neither sends nor receives any; one with
# trunk does, whatever the tags, and they arrive as they were sent.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |  |
#              v0  v1  v2  v3       v0, v1: trunk on
#             veth tap veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap veth tap
for vif in v0 v1; do
	flow "trunk off: $vif sends no tag" $vif wire vlan=5 --
	flow "trunk off: $vif broadcasts no tag" $vif broadcast vlan=5 --
	flow "trunk off: $vif gets no tag from the wire" wire $vif vlan=5 --
	counted "they are counted" $vif.drop-vlan=2 wire.drop-vlan=1 \
		$vif.rx-packets=2 $vif.tx-dropped=1
	must vifmap port set $vif trunk on
done

for tags in vlan=5 'outer=7 vlan=5' outer=4094; do
	read -r -a tags <<<"$tags"
	for from in v0 v1 wire; do
		all_but $from v0 v1 wire
		for to in "${others[@]}"; do
			flow "$from to $to, ${tags[*]}" $from "$to" \
				"${tags[@]}" -- "$to"
		done
		flow "broadcast from $from, ${tags[*]}" $from broadcast \
			"${tags[@]}" -- "${others[@]}"
	done
	flow "host to v0, ${tags[*]}" host v0 "${tags[@]}" -- v0
	flow "broadcast from the host, ${tags[*]}" host broadcast \
		"${tags[@]}" -- v0 v1 wire
	flow "never to a vif without trunk, ${tags[*]}" v0 v2 "${tags[@]}" --
	flow "nor from the host, ${tags[*]}" host v3 "${tags[@]}" --
done
flow "untagged frames between trunks and others" v0 v2 -- v2
flow "and the other way" v3 v1 -- v1
check_sums
finish
