#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A broadcast storm from the wire, and one from a vif, in the presence of three
# hundred others: the flood rate bounds the work, what is over it is counted,
# and everybody else's frames go their way as long as it lasts.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  | | |
#              v0  v1 g1 ... g300
#            veth veth veths, all their guests in the namespace "guests"

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq
# A rate that the slowest machine exceeds, with a flood to all of them to do for
# each frame that may pass
many=300 rate=1 wanted=20
topology veth veth
new_netns guests
must at guests sysctl -q net.ipv6.conf.default.disable_ipv6=1
must sysctl -q net.ipv6.conf.default.disable_ipv6=1
for ((i = 1; i <= many; i++)); do
	echo "link add g$i type veth peer name g$i netns ${prefix}guests"
	echo "link set g$i up"
	echo "attach g$i pdev eth0" >&2
done >"$tmp/links" 2>"$tmp/attach"
must ip -batch "$tmp/links"
must at guests ip -batch - <<<"$(for ((i = 1; i <= many; i++)); do
	echo "link set g$i up"; done)"
must vifmap -b "$tmp/attach"
must vifmap dev set vifmap0 flood-rate $rate
must vifmap port set v0 flood-rate $rate
all_up() { [ "$(vifmap port show | grep -c '^g.* up ')" = "$many" ]; }
must wait_until all_up
start_crossfire
for name in wire host v0 v1; do
	fire_end $name
done
for flow in wire-host host-wire wire-v1 v1-wire host-v1 v1-host v0-v1 v1-v0; do
	must fire flow $flow "${flow%-*}" "${mac[${flow%-*}]}" \
		"${mac[${flow#*-}]}"
done

# storm_from END NETNS DEVICE: until it is killed
storm_from()
{
	{ echo "end $1 $2 $3 link"
	  echo "send $1 ff:ff:ff:ff:ff:ff count=2000000000"; } >"$tmp/storm"
	frames <"$tmp/storm" >/dev/null 2>&1 &
	storm=$!
	pids+=("$storm")
}

# What the flood rate allows in the time since the mark, rounded up
allowed() { echo $((rate * (SECONDS - since + 3))); }

# With as many vifs the shell would take too long to read the counters.
snapshot() { vifmap -j stats >"$tmp/$1"; }

# grown END COUNTER: from one snapshot to the other
grown()
{
	jq -r -s --arg name "$1" --arg counter "$2" 'map([.[].ends[] |
		select($name == (.ifname // .end)) |
		(. + .dropped)[$counter]] | add) | .[1] - .[0]' \
		"$tmp/before" "$tmp/after"
}

# The storm has begun, and is more than is allowed.
has_hit()
{
	moment during
	snapshot after
	[ "$(grown "$1" flooded)" -gt 0 ] &&
		[ "$(grown "$1" flood-rate)" -gt "$(grown "$1" flooded)" ]
}

# Each flooded frame has a copy for the first of the many, and for the last.
all_have_it()
{
	local flooded

	snapshot after
	flooded=$(grown "$1" flooded)
	[ "$(grown g1 tx-packets)" = "$flooded" ] &&
		[ "$(grown "g$many" tx-packets)" = "$flooded" ]
}

# weather NAME END NETNS DEVICE: a storm from END
weather()
{
	local end=$2 flooded dropped

	snapshot before
	since=$SECONDS
	storm_from "${@:2:3}"
	begin_fire
	check "$1: it comes" wait_until has_hit "$end"
	while [ "${when[latest]}" -lt $wanted ]; do
		moment during
	done
	check "$1: it goes on as long as that" kill -0 $storm
	end_fire
	kill $storm
	wait $storm 2>/dev/null
	# The last of it may be in the middle of being flooded.
	check "$1: each vif has got its copy" wait_until all_have_it "$end"
	went "$1: nobody else loses anything" begin end \
		{wire-host:host,host-wire:wire,wire-v1:v1,v1-wire:wire}:N \
		{host-v1:v1,v1-host:host,v0-v1:v1,v1-v0:v0}:N
	flooded=$(grown "$end" flooded)
	dropped=$(grown "$end" flood-rate)
	echo "# $flooded flooded, $dropped dropped"
	check "$1: no more is flooded than allowed" \
		test "$flooded" -le "$(allowed)"
	check "$1: some of it is" test "$flooded" -gt 0
	check "$1: the rest is counted" test "$dropped" -gt "$flooded"
}

# Names what does not add up.
sums='.[0].ends | def total(what): map(what) | add; [
	(.[] | select(.delivered + .host + .wire + .flooded +
		([.dropped[]] | add) != ."rx-packets" + .copies) |
		.ifname // .end),
	(if total(.delivered) != (map(select(.end == "vif")) |
		total(."tx-packets")) then "delivered" else empty end)] | .[]'

weather "from the wire" wire "${prefix}wire" wire0
weather "from a vif" v0 "${prefix}v0" eth0
is "the sums hold" "$(jq -r "$sums" "$tmp/after")" ""
finish
