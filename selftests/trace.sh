#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tracepoints tell of each frame what the counters count: where it went, or
# why it was dropped. While somebody listens, frames go the way they went before.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/tracing.sh
. "$here/lib/tracing.sh"

listen()
{
	open_tracing
	[ -d "$trace/events/vifmap" ] || skip "no tracepoints in this kernel"
	netns=netns=$(readlink /proc/self/ns/net | tr -dc 0-9)
	filter_events vifmap "${netns/=/ == }"
	trace_events vifmap 1
}

events() { sed -n 's/.* vifmap_\([a-z]*\): /\1 /p' "$trace/trace"; }
forget() { : >"$trace/trace"; }

# told NAME EVENT...: these, in this order, up to the protocol
told()
{
	local name=$1

	shift
	is "$name" "$(events | sed 's/ protocol=.*//')" \
		"$(printf '%s\n' "$@")"
	forget
}

# As many events as the counters count. A flood of the host leaves as it would
# without vifmap, and what the wire has for the host is left to the stack. What a
# vif's queue refuses has been handed over to it.
same_as_counters()
{
	local wanted got key

	read_stats
	wanted=$({
		echo "delivered $(total delivered "${stat_ends[@]}")"
		echo "delivered $(total drop-queue "${stat_ends[@]}")"
		echo "wire $(total wire "${vifs[@]}" port)"
		echo "host $(total host "${vifs[@]}" port)"
		for key in "${!stats[@]}"; do
			[[ $key != *.drop-* ]] ||
				echo "${key#*.drop-} ${stats[$key]}"
		done
	} | awk '$2 { n[$1] += $2 } END { for (i in n) print i, n[i] }' | sort)
	got=$(events | sed -E 's/.* (outcome|reason)=([^ ]*) .*/\2/' | sort |
		uniq -c | awk '{ print $2, $1 }' | sort)
	is "as many events as the counters count" "$got" "$wanted"
	forget
}

topology veth tap
listen
ends=(wire host v0 v1)
for from in "${ends[@]}"; do
	all_but "$from" "${ends[@]}"
	for to in "${others[@]}"; do
		flow "from $from to $to" "$from" "$to" -- "$to"
	done
	flow "from $from to all" "$from" broadcast -- "${others[@]}"
done
flow "a stranger's source" v0 wire src=02:00:00:00:0f:01 --
flow "a vif to itself" v1 v1 --
flow "a tag" v1 v0 vlan=7 len=100 --
flow "a flood beyond its source" wire broadcast src=00:00:00:00:00:00 -- host
must tc qdisc add dev v1 root tbf rate 8bit burst 1 limit 1
flow "a queue that refuses" wire v1 --
must tc qdisc del dev v1 root
check_sums
same_as_counters
read_stats
check "veth's peer has still received at once" [ "${stats[v0.direct]}" -gt 0 ]

src="source=${mac[v1]}"
flow "a frame to a vif" v1 v0 len=100 -- v0
told "where it went" \
	"forward from=v1 to=v0 outcome=delivered $src dest=${mac[v0]}"
flow "to the host" v1 host len=100 -- host
told "to the host" "forward from=v1 to=eth0 outcome=host $src dest=${mac[host]}"
flow "to the wire" v1 wire len=100 -- wire
told "to the wire" "forward from=v1 to=eth0 outcome=wire $src dest=${mac[wire]}"
flow "from the host" host v1 len=100 -- v1
told "from the host" "forward from=eth0 to=v1 outcome=delivered$(:
	) source=${mac[host]} dest=${mac[v1]}"
flow "from the host to the wire" host wire -- wire
told "what vifmap leaves alone"
must ip link set v0 mtu 1000
flow "too large" v1 v0 len=1400 --
is "all of an event" "$(events)" "drop from=v1 to=v0 reason=mtu $src$(:
	) dest=${mac[v0]} protocol=0x88b5 len=1400 $netns"
must ip link set v0 mtu 1500
forget
flow "from nobody known" v1 wire src=02:00:00:00:0f:01 --
told "a drop that is before any way is known" \
	"drop from=v1 to= reason=spoofed source=02:00:00:00:0f:01$(:
	) dest=${mac[wire]}"
trace_events vifmap 0
flow "nobody listens" v1 v0 -- v0
told "nobody is told"
finish
