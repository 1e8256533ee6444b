#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A vif speaks for its own addresses alone: what it sends with another source
# is dropped, and the port says which source it was. With spoofcheck off only
# what nobody here owns passes.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
stranger=02:00:00:00:0f:01

spoofed_addr() { vifmap port show "$1" | sed -n 's/.*spoofed-addr //p'; }

for from in v0 v1; do
	other=v$((1 - ${from#v}))
	for to in wire host "$other" broadcast multicast; do
		flow "$from: a multicast source, to $to" $from $to \
			src=01:00:5e:00:00:01 --
		flow "$from: a zero source, to $to" $from $to \
			src=00:00:00:00:00:00 --
	done
	counted "bad-source" $from.drop-bad-source=10 $from.rx-packets=10
	for to in wire "$other" broadcast; do
		for source in host $other $stranger; do
			flow "$from: the source of $source, to $to" $from $to \
				src="$source" --
		done
	done
	counted "spoofed" $from.drop-spoofed=9 $from.rx-packets=9
	is "the last refused source is shown" "$(spoofed_addr $from)" $stranger
	check "by vifmap show, too" grep -q "last refused source $stranger" \
		<(vifmap show $from)

	must vifmap port set $from spoofcheck off
	flow "spoofcheck off: a stranger's source passes" $from wire \
		src=$stranger -- wire
	flow "spoofcheck off: also in broadcasts" $from broadcast \
		src=$stranger -- wire host $other
	counted "it is counted" $from.drop-spoofed=0 $from.wire=2
	for source in host $other; do
		flow "spoofcheck off: not the source of $source" $from wire \
			src="$source" --
		flow "spoofcheck off: not in broadcasts either" $from \
			broadcast src="$source" --
	done
	flow "spoofcheck off: no multicast source" $from wire \
		src=01:00:5e:00:00:01 --
	counted "they are counted" $from.drop-spoofed=4 $from.drop-bad-source=1
	must vifmap port set $from spoofcheck on
	flow "spoofcheck on again" $from wire src=$stranger --
done

# What the port remembers as good must not outlive the entry.
flow "an address of its own" v0 wire -- wire
must vifmap mac del "${mac[v0]}"
flow "no more once the entry has gone" v0 wire --
must vifmap mac add "${mac[v0]}" vif v1
flow "nor when it is another's" v0 wire src="${mac[v0]}" --
flow "that other may use it" v1 wire src="${mac[v0]}" -- wire
check_sums
finish
