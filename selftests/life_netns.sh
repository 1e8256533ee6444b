#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Namespaces are deleted while everybody talks to everybody: that of a guest,
# that of the wire, and that of a host with all it has. What stays behind is
# free, and nothing holds on to what has gone. The vifmap device itself does
# not move.
#
#   wire0 ---- eth0 (vifmap0) --- eth0.5   far
#    wire       |  |  |
#              v0 v1  v2 (learn 4)
#            veth veth tap
#
# "far" is the host here, so that it can be deleted.

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

mac=([wire]=02:00:00:00:00:02 [host]=02:00:00:00:00:01
	[v0]=02:00:00:00:01:00 [v1]=02:00:00:00:01:01 [v2]=02:00:00:00:01:02)

wire_line()
{
	echo "link add wire0 address ${mac[wire]} type veth" \
		"peer name eth0 address ${mac[host]} netns ${prefix}far"
}

build_far()
{
	local name

	for name in far wire v0 v1; do
		new_netns $name
	done
	must ip -n "${prefix}wire" -batch - <<-END
	$(wire_line)
	$(quiet_up dev wire0)
	END
	must ip -n "${prefix}far" -batch - <<-END
	$(quiet_up dev eth0)
	link add link eth0 name eth0.5 type vlan id 5
	$(quiet_up dev eth0.5)
	$(veth_lines v0)
	$(veth_lines v1)
	$(tap_lines v2)
	END
	for name in v0 v1; do
		must ip -n "$prefix$name" -batch - <<<"$(quiet_up dev eth0)"
	done
	must at far vifmap attach v0 pdev eth0
	must at far vifmap attach v1 pdev eth0
	must at far vifmap attach v2 pdev eth0 mac "${mac[v2]}" learn 4
	must at far vifmap dev set vifmap0 flood-rate 0
}

open_far()
{
	local name

	must fire end host "${prefix}far" eth0 stack
	for name in wire v0 v1; do
		fire_end $name
	done
	must fire end v2 "${prefix}far" v2 tap
}

watch()
{
	: >"$tmp/events"
	background far vifmap -j monitor >"$tmp/events"
	monitor=$!
	poke_far() { at far vifmap dev set vifmap0 host on; [ -s "$tmp/events" ]; }
	must wait_until poke_far
}

said() { check "$1" wait_until has_line "$2" "$tmp/events"; }
far_has_no() { ! at far ip link show dev "$1"; }

start_crossfire
build_far
open_far
for from in wire host v0 v1 v2; do
	for to in wire host v0 v1 v2; do
		[ $from = $to ] || must fire flow $from-$to $from \
			"${mac[$from]}" "${mac[$to]}"
	done
	must fire flow $from-all $from "${mac[$from]}" ff:ff:ff:ff:ff:ff
done
# Sources to be learned and refused, so that there is work under way.
must fire flow v2-learned v2 02:00:00:00:0a:01 "${mac[wire]}"
must fire flow v0-spoofed v0 02:00:00:00:0a:02 "${mac[wire]}"

watch
begin_fire
check "the vifmap device does not move" test "$(at far ip link set vifmap0 \
	netns "${prefix}wire" 2>&1 | grep -c .)" -gt 0
check "it is where it was" at far vifmap show vifmap0
moment before
# A socket holds its namespace.
must fire drop v0
check "delete a guest's namespace" ip netns del "${prefix}v0"
check "the vif goes with it" wait_until far_has_no v0
said "an event says so" \
	'"event":"port-del".*"ifname":"v0".*"reason":"unregister"'
moment without
end_fire
went "all talk to each other" begin before "$(intact wire host v0 v1 v2)"
went "the rest does so all the time" begin end "$(intact wire host v1 v2)"
went "an address was learned, another refused" before end v2-learned:wire:N \
	v0-spoofed:lost:N

begin_fire
must fire drop wire
check "delete the wire's namespace" ip netns del "${prefix}wire"
check "the pdev goes with it" wait_until far_has_no eth0
check "the vifmap device, too" wait_until far_has_no vifmap0
said "an event says so" \
	'"event":"dev-del".*"ifname":"vifmap0".*"reason":"unregister"'
said "of its vifs, too" '"event":"port-del".*"ifname":"v1".*"reason":"device"'
moment gone
end_fire
went "nobody reaches anybody" gone end "$(printf '%s ' v{1,2}-{all,host}:lost:N)"
is "the others are free" "$(at far ip -o link | grep -c master)" 0
for name in host v1 v2; do
	must fire drop $name
done
kill $monitor
wait $monitor
for name in far v1; do
	check "delete the namespace $name" ip netns del "$prefix$name"
done

# Now the host's with everything in it. Its end of the wire takes the other one
# along, and so do the vifs: when those have gone, all has.
build_far
open_far
# A second one on the VLAN device
must at far ip link add link eth0.5 name vifmap5 type vifmap
must at far ip link set vifmap5 up
begin_fire
moment before
must fire drop host
must fire drop v2
check "delete the host's namespace" ip netns del "${prefix}far"
wire_gone() { ! at wire ip link show dev wire0; }
guest_gone() { ! at "$1" ip link show dev eth0; }
check "the wire's end goes" wait_until wire_gone
check "the vifs' ends go" wait_until guest_gone v0
check "all of them" wait_until guest_gone v1
moment gone
end_fire
went "all talk to each other" begin before "$(intact wire host v0 v1 v2)"
went "and then nobody" gone end "$(printf '%s ' {wire,v0,v1}-all:lost:N)"
finish
