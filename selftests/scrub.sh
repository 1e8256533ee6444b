#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What one network namespace has noted on a frame, its mark and its priority, is
# unknown in the next one: neither do the host's notes reach a container, nor a
# container's the host or another container.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth veth         each with rules of nftables of its own

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands nft
topology veth veth
declare -A dev=([wire]=wire0 [host]=eth0 [v0]=eth0 [v1]=eth0)
places=(wire host v0 v1)

# Whatever leaves a place is marked there; whatever enters it is looked at.
for place in "${places[@]}"; do
	must at "$place" nft -f - <<-END
	table netdev t {
		counter seen { }
		counter leaked { }
		chain out {
			type filter hook egress device ${dev[$place]} priority 0;
			meta mark set 7 meta priority set 1:2
		}
		chain in {
			type filter hook ingress device ${dev[$place]} priority 0;
			counter name seen
			meta mark != 0 counter name leaked
			meta priority != 0:0 counter name leaked
		}
	}
	END
done

# packets PLACE COUNTER
packets()
{
	at "$1" nft list counter netdev t "$2" |
		sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

for from in "${places[@]}"; do
	all_but "$from" "${places[@]}"
	flow "broadcast from $from" "$from" broadcast -- "${others[@]}"
	for to in "${others[@]}"; do
		flow "$from to $to" "$from" "$to" -- "$to"
	done
done
# The NIC sees the two for vifs, too.
declare -A want=([wire]=6 [host]=8 [v0]=6 [v1]=6)
for place in "${places[@]}"; do
	is "$place has seen frames of everybody" "$(packets "$place" seen)" \
		"${want[$place]}"
	is "and nothing on them" "$(packets "$place" leaked)" 0
done
check_sums
finish
