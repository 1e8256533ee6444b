#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A guest moves from host A to host B and back while everybody talks to it and
# it talks to everybody. Each side switches all its addresses with one message.
# Before and after, everybody reaches it where it is; in between frames may get
# lost, but none arrives twice or at a wrong place.
#
#        A (this namespace)                    B
#   vm0 v1 --- eth0 (vifmap0)         eth0 (vifmap0) --- vm0 v1
#   tap veth        |                     |              tap veth
#   "ga" "a1"       pa ----- bridge ----- pb            "gb" "b1"
#                          (wire) |
#                                 pt --- eth0 "third"
#
# The guest is behind vm0 and has two addresses.

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

mac=([A]=02:00:00:00:00:0a [B]=02:00:00:00:00:0b [third]=02:00:00:00:00:0c
	[a1]=02:00:00:00:01:0a [b1]=02:00:00:00:01:0b
	[g1]=02:00:00:00:0c:01 [g2]=02:00:00:00:0c:02
	[all]=ff:ff:ff:ff:ff:ff)

# host_lines GUEST: what A and B have in their namespaces
host_lines()
{
	cat <<-END
	link add v1 type veth peer name eth0 address ${mac[$1]} netns $prefix$1
	tuntap add dev vm0 mode tap
	link set lo up
	$(quiet_up dev eth0)
	$(quiet_up dev vm0)
	$(quiet_up dev v1)
	END
}

# A switch that learns; nothing that it says by itself
build_wire()
{
	local name

	for name in wire b third a1 b1; do
		new_netns $name
	done
	must ip -n "${prefix}wire" -batch - <<-END
	link add br0 type bridge mcast_snooping 0
	$(quiet_up dev br0)
	link add pa type veth peer name eth0 address ${mac[A]} netns ${prefix}host
	link add pb type veth peer name eth0 address ${mac[B]} netns ${prefix}b
	link add pt type veth peer name eth0 address ${mac[third]} netns ${prefix}third
	link set pa master br0
	link set pb master br0
	link set pt master br0
	$(quiet_up dev pa)
	$(quiet_up dev pb)
	$(quiet_up dev pt)
	END
}

# The waiting entries at B are there before the guest is.
build_hosts()
{
	must ip -batch - <<<"$(host_lines a1)"
	must ip -n "${prefix}b" -batch - <<<"$(host_lines b1)"
	for name in third a1 b1; do
		must ip -n "$prefix$name" -batch - <<<"$(quiet_up dev eth0)"
	done
	cat >"$tmp/a" <<-END
	attach v1 pdev eth0
	attach vm0 pdev eth0 mac ${mac[g1]} mac ${mac[g2]}
	dev set vifmap0 flood-rate 0
	END
	cat >"$tmp/b" <<-END
	attach v1 pdev eth0
	attach vm0 pdev eth0
	mac add ${mac[g1]} vif vm0 inactive
	mac add ${mac[g2]} vif vm0 inactive
	dev set vifmap0 flood-rate 0
	END
	must vifmap -b "$tmp/a"
	must at b vifmap -b "$tmp/b"
}

# flow_lines FROM SOURCE TO...: FROM is also the name of the address, or not
flow_lines()
{
	local from=$1 source=$2 to

	shift 2
	for to; do
		echo "flow $from.$source-$to $from ${mac[$source]} ${mac[$to]}"
	done
}

parties=(A B third a1 b1)

build_traffic()
{
	local line party

	start_crossfire
	{
		echo "end A - eth0 stack"
		echo "end B ${prefix}b eth0 stack"
		echo "end third ${prefix}third eth0 link"
		echo "end a1 ${prefix}a1 eth0 link"
		echo "end b1 ${prefix}b1 eth0 link"
		echo "end ga - vm0 tap"
		echo "end gb ${prefix}b vm0 tap"
		for party in "${parties[@]}"; do
			flow_lines "$party" "$party" g1 g2
		done
		flow_lines ga g1 "${parties[@]}" all
		flow_lines ga g2 third
		flow_lines gb g1 "${parties[@]}" all
		flow_lines gb g2 third
	} >"$tmp/traffic"
	while read -r line; do
		must fire "$line"
	done <"$tmp/traffic"
}

# Expectations, see went

to_guest() { printf '%s ' {A.A,B.B,third.third,a1.a1,b1.b1}-g{1,2}:"$1"; }

# from_guest ga|gb: what it sends arrives where it should, and only there
from_guest()
{
	local party

	for party in "${parties[@]}"; do
		echo "$1.g1-$party:$party:N"
	done
	echo "$1.g2-third:third:N"
}

silent() { printf '%s ' "$1.g1-"{A,B,third,a1,b1,all}:lost:N "$1.g2-third:lost:N"; }

# Lost or arrived: each once, in order
at_b_or_lost='(gb:[0-9]+,?)?(lost:[0-9]+)?'
either='(ga:[0-9]+,?)?(gb:[0-9]+,?)?(lost:[0-9]+)?'

# What the guest sends may get lost, but goes nowhere else.
partly()
{
	local party

	for party in "${parties[@]}"; do
		echo "$1.g1-$party:($party:[0-9]+,?)?(lost:[0-9]+)?"
	done
}

# shellcheck disable=SC2317 # called by check_sums
vifmap()
{
	if [ "${at_b-}" ]; then at b vifmap "$@"; else command vifmap "$@"; fi
}

build_wire
build_hosts
must wait_until is_up eth0
must start_monitor
build_traffic
begin_fire

# A switch learns from what the guest sends, the last in each round. What the
# others send reaches it in the round after one that was sent as a whole after
# the change: hence two moments.

# Deactivate at A, then activate at B.
moment before
check "deactivate at A with one message" vifmap mac set vif vm0 inactive
moment gap
check "activate at B with one message" at b vifmap mac set vif vm0 active
moment active
moment learned
moment at-b
# And back, the other way round: activate at A first.
check "activate at A while B is active" vifmap mac set vif vm0 active
moment both
moment still-both
check "deactivate at B" at b vifmap mac set vif vm0 inactive
moment inactive
moment back
end_fire

went "before: everybody reaches it at A" begin before "$(to_guest ga:N)"
went "before: it reaches everybody from A" begin before "$(from_guest ga)" \
	ga.g1-all:A:N,B:N,third:N,a1:N,b1:N,gb:N "$(silent gb)"
went "between: once, or lost" before gap "$(to_guest "$either")" "$(partly ga)"
went "between: nothing from B yet" before gap "$(silent gb)"
went "hand-over: once, or lost" gap learned "$(to_guest "$at_b_or_lost")" \
	"$(partly gb)" "$(silent ga)"
went "after: everybody reaches it at B" learned at-b "$(to_guest gb:N)"
went "after: it reaches everybody from B" learned at-b "$(from_guest gb)" \
	gb.g1-all:A:N,B:N,third:N,a1:N,b1:N,ga:N "$(silent ga)"
went "back, activating first: never twice" at-b both "$(to_guest "$either")"
went "active at both: A's side reaches it at A" both still-both \
	{A.A,a1.a1}-g{1,2}:ga:N
went "active at both: B's side reaches it at B" both still-both \
	{B.B,b1.b1}-g{1,2}:gb:N
went "active at both: the wire reaches one of them" both still-both \
	third.third-g{1,2}:'(ga:[0-9]+,?)?(gb:[0-9]+)?'
went "active at both: neither hears the other" both still-both \
	ga.g1-all:A:N,B:N,third:N,a1:N gb.g1-all:A:N,B:N,third:N,b1:N
went "back: never twice" still-both back "$(to_guest "$either")"
went "back: everybody reaches it at A" back end "$(to_guest ga:N)"
went "back: it reaches everybody from A" back end "$(from_guest ga)" \
	"$(silent gb)"
check "A was told of the address beyond the wire" wait_until has_line \
	'"type":"moved".*"addr":"'"${mac[g1]}" "$tmp/events"
read_stats
check "and has counted the broadcasts" test "${stats[wire.reflected]}" -ge \
	$((when[still-both] - when[both]))

# The frames of one sender for both addresses: what was sent later than one that
# went the new way did not go the old way.
span() { must fire span "$1" "$2"; read -r _ first last <<<"$reply"; }

# in_one_step NAME FLOW1 FLOW2 OLD NEW
# shellcheck disable=SC2154 # first and last come from span
in_one_step()
{
	local first1 first2 last1 last2

	span "$2" "$5" && first1=$first && span "$2" "$4" && last1=$last
	span "$3" "$5" && first2=$first && span "$3" "$4" && last2=$last
	check "$1" test "$last2" -lt "$first1" -a "$last1" -le "$first2"
}
begin_fire
must at b vifmap mac set vif vm0 active
moment both
check "switch both addresses" vifmap mac set vif vm0 inactive
moment switched
end_fire
in_one_step "both addresses in one step" a1.a1-g1 a1.a1-g2 ga gb

vifs=(v1 vm0)
check_sums
at_b=y
check_sums
at_b=''

# A learned address leaves A when it broadcasts from beyond, without a message.
must at b vifmap mac set vif vm0 inactive
must vifmap detach vm0
must vifmap attach vm0 pdev eth0 learn 1
begin_fire
# shellcheck disable=SC2317 # called by wait_until
learned() { vifmap mac show vif vm0 | grep -q "^${mac[g1]}.*learned"; }
must wait_until learned
moment learned
moment dropped
must fire drop ga
moment silent
check "it stays while the guest is silent" learned
check "activate at B" at b vifmap mac set vif vm0 active
# shellcheck disable=SC2317 # called by wait_until
unlearned() { ! learned; }
check "A lets go of what it has learned" wait_until unlearned
moment at-b
end_fire
went "learned: everybody reached it at A" learned dropped \
	{A.A,a1.a1,B.B,third.third}-g1:ga:N
went "learned: everybody reaches it at B" at-b end \
	{A.A,a1.a1,B.B,b1.b1,third.third}-g1:gb:N
check "the event says why" wait_until has_line \
	'"event":"mac-del".*"addr":"'"${mac[g1]}"'".*"reason":"moved"' \
	"$tmp/events"
finish
