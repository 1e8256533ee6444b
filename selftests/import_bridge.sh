#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap import-bridge puts a vifmap device in the place of a bridge: by the
# commands that it prints, or by itself, all of it or nothing. Bridges that cannot
# be expressed are refused. The bridge has a MAC address of its own: neighbours
# are told of the new one.
#
#   wire0 ---- eth0 -- br0 192.0.2.1   host     wire0 -- eth0 192.0.2.1 (vifmap0)
#    wire             |  |                to              |  |
#                    v0  v1                              v0  v1
#                 veth   tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge jq ping setpriv
build veth tap
must modprobe bridge
must at wire ip address add 192.0.2.2/24 dev wire0
must at wire ip address add 2001:db8::2/64 nodad dev wire0
static=02:00:00:00:0a:07
mac[br0]=02:00:00:00:0b:01
host_ips=(192.0.2.1 192.0.2.9 2001:db8::1)

make_bridge()
{
	must ip -batch - <<-END
	link add br0 address ${mac[br0]} type bridge group_fwd_mask 0x4000
	link set br0 addrgenmode none
	link set eth0 master br0
	link set v0 master br0
	link set v1 master br0
	link set v0 type bridge_slave isolated on priority 5
	link set br0 up
	address add 192.0.2.1/24 brd + dev br0
	address add 192.0.2.9/32 dev br0 label br0:nine valid_lft 9999 preferred_lft 999
	address add 2001:db8::1/64 nodad dev br0
	route add default via 192.0.2.2 dev br0 metric 7
	route add 198.51.100.0/24 via 192.0.2.2 dev br0 src 192.0.2.9 mtu 1400 table 9
	route add 203.0.113.0/24 dev br0 scope link
	END
	must ip -6 route add default via 2001:db8::2 dev br0 metric 99
	must bridge fdb add "${mac[v1]}" dev v1 master static
	must bridge fdb add $static dev v0 master static
	must bridge fdb add 02:00:00:00:0a:08 dev v1 master permanent
	must tee /proc/sys/net/ipv6/conf/eth0/disable_ipv6 <<<1
	must wait_until forwarding
	# The kernel brings its state, and that of its routes, up to date later.
	must wait_until is_settled br0
}

forwarding()
{
	[ "$(bridge -j link show | jq '[.[] | select(.master == "br0" and
		.state == "forwarding")] | length')" -eq 3 ]
}

# What there is to be changed, but for what changes by itself
all_state()
{
	get_state
	sed -E -e 's/(gc|hello|tcn|topology_change|hold)_timer +[0-9.]+//g' \
		-e 's/hold_timer +[0-9.]+//g' -e 's/message_age_timer +[0-9.]+//' \
		-e 's/forward_delay_timer +[0-9.]+//' <<<"$state"
	ip address show dev br0 | sed -E 's/(valid|preferred)_lft [0-9]+sec//g'
	ip address show dev eth0
	ip -4 route show table all
	ip -6 route show table all | sed -E 's/ expires [0-9]+sec//'
	bridge fdb show br br0 | grep -E 'static|permanent' | sort
	cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6
}

# What the wire takes for the host's MAC addresses
wire_has()
{
	at wire ip -j neigh show dev wire0 | jq -r '[.[] |
		"\(.dst) \(.lladdr)\(if has("router") then " router" else "" end)"] |
		sort | .[]'
}

# wire_wants MAC [FLAG]: what these should be, with a flag for IPv6
wire_wants() { printf '%s\n' "192.0.2.1 $1" "192.0.2.9 $1" "2001:db8::1 $*"; }

# The wire has been told so by somebody.
tell_wire()
{
	local ip

	for ip in "${host_ips[@]}"; do
		must at wire ip neigh replace "$ip" lladdr "$1" nud stale \
			dev wire0
	done
}

# The wire finds them out.
wire_asks()
{
	local ip

	for ip in "${host_ips[@]}"; do
		must at wire ping -c 1 -W 60 "$ip"
	done
}

suggested()
{
	vifmap import-bridge br0 uplink eth0 | sed -n 's/^# tell neighbours: //p'
}

# is_duplicate DEVICE: it has found that its address is another host's
is_duplicate()
{
	ip -6 address show dev "$1" to 2001:db8::66 | grep -q ' dadfailed'
}

# Enough to see that nothing was begun
link_state() { ip -o link; }

# nothing_done PATTERN STATUS ARGUMENT...: one line that matches, and no change
nothing_done()
{
	local pattern=$1 want=$2 before after status lines

	shift 2
	before=$($state_of)
	vifmap import-bridge "$@" >/dev/null 2>"$tmp/refused"
	status=$?
	after=$($state_of)
	mapfile -t lines <"$tmp/refused"
	[ $status -eq "$want" ] && [ ${#lines[@]} -eq 1 ] &&
		[[ ${lines-} =~ $pattern ]] && [ "$before" = "$after" ]
	result $? "refused: import-bridge $*" "status $status" \
		${lines[@]+"${lines[@]}"} "$(diff <(echo "$before") \
		<(echo "$after"))"
}

# what was there is there, traffic flows, and nothing is left of the bridge
imported()
{
	local routes

	is "$1: the bridge has gone" "$(ip -j link show type bridge)" "[]"
	is "$1: the vifs" "$(vifmap port show | sed -E 's/ dev .* (spoof)/ \1/')" \
"v0: spoofcheck on isolated on trunk off learn 2 link-local 0x4000 flood-rate 0 delivery auto
v1: spoofcheck on isolated off trunk off learn 2 link-local 0x4000 flood-rate 0 delivery auto"
	is "$1: the map" "$(vifmap mac show pdev eth0 | sed -nE \
		's/ dev .* vif (v.) active origin (.*)/ \1 \2/p' | sort)" \
		"$(printf '%s\n' "$static v0 user" "${mac[v0]} v0 peer" \
		"${mac[v1]} v1 user" | sort)"
	is "$1: the addresses" "$(ip -j address show dev eth0 | jq -r \
		'[.[].addr_info[] | "\(.local)/\(.prefixlen)"] | join(" ")')" \
		"192.0.2.1/24 192.0.2.9/32 2001:db8::1/64"
	check "$1: how long one of them lasts" grep -q \
		'scope global dynamic eth0:nine' <(ip address show dev eth0)
	routes=$(ip route show; ip route show table 9; ip -6 route show default)
	is "$1: the routes" "$routes" \
"default via 192.0.2.2 dev eth0 metric 7 
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.1 
203.0.113.0/24 dev eth0 scope link 
198.51.100.0/24 via 192.0.2.2 dev eth0 src 192.0.2.9 mtu 1400 
default via 2001:db8::2 dev eth0 metric 99 pref medium"
	check "$1: the wire reaches the host" at wire ping -c 1 -W 60 192.0.2.1
	check "$1: with IPv6, too" at wire ping -c 1 -W 60 2001:db8::1
	flow "$1: the wire reaches v0" wire v0 -- v0
	flow "$1: the wire reaches v1" wire v1 -- v1
	flow "$1: v0 reaches v1" v0 v1 -- v1
	flow "$1: v1 reaches the host" v1 host -- host
	flow "$1: the host reaches v1" host v1 -- v1
	flow "$1: v1 reaches the wire" v1 wire -- wire
}

undo()
{
	# Whether they still hold is asked later, and the bridge would learn from it.
	must ip neigh flush dev eth0
	must at wire ip neigh flush dev wire0
	must ip link del vifmap0
	must ip address flush dev eth0
	must ip route flush dev eth0 table 9
	must ip -6 route del default
}

state_of=all_state
make_bridge
flow "through the bridge" wire v1 -- v1

before=$(all_state)
vifmap import-bridge br0 uplink eth0 learn 2 >"$tmp/commands"
is "printing changes nothing" "$(all_state)" "$before"
flow "from a guest" v0 wire -- wire
check "an address that was learned is a suggestion" grep -qE \
	"^# learned: vifmap mac add ${mac[v0]} vif v0$" \
	<(vifmap import-bridge br0 uplink eth0)
is "JSON has the same commands" \
	"$(vifmap -j import-bridge br0 uplink eth0 learn 2 |
		jq -r '.[0].commands[]' | sed 's/_lft [0-9]*//g')" \
	"$(grep -v '^#' "$tmp/commands" | sed 's/_lft [0-9]*//g')"
is "and the vifs" "$(vifmap -j import-bridge br0 uplink eth0 |
	jq -r '.[0].vifs[] | .ifname + " " + .static[]')" \
	"v0 $static
v1 ${mac[v1]}"

to_tell="arping -U -c 3 -I eth0 192.0.2.1
arping -U -c 3 -I eth0 192.0.2.9
ndptool -t na -U -i eth0 -T 2001:db8::1 send"
is "how to tell neighbours is a suggestion, too" "$(suggested)" "$to_tell"
is "with JSON as well" "$(vifmap -j import-bridge br0 uplink eth0 |
	jq -r '.[0].announce[]')" "$to_tell"
must ip -batch - <<-END
	address add 192.0.2.33/32 dev br0 valid_lft 999 preferred_lft 0
	address add 127.8.0.1/32 scope host dev br0
	address add 233.252.0.1/32 dev br0 autojoin
END
is "but not of addresses that none should use" "$(suggested)" "$to_tell"
must ip -batch - <<-END
	address del 192.0.2.33/32 dev br0
	address del 127.8.0.1/32 dev br0
	address del 233.252.0.1/32 dev br0
END
check "that an address expires is said" grep -q '^# Some addresses expire: ' \
	"$tmp/commands"
is "in JSON, too" "$(vifmap -j import-bridge br0 uplink eth0 |
	jq '.[0].expires')" true
must ip link set br0 address "${mac[host]}"
is "nothing to tell if the MAC address stays" "$(suggested)" ""
must ip link set br0 address "${mac[br0]}"

# In the middle, or rather near the end, an address is found to be the host's
must ip link add link eth0 name eth0.5 address 02:00:00:00:0a:05 type vlan id 5
must bridge fdb add 02:00:00:00:0a:05 dev v1 master static
tell_wire "${mac[host]}"
nothing_done 'cannot map 02:00:00:00:0a:05 to v1: .*host' 1 br0 uplink eth0 --apply
is "the wire is told that all is as before" "$(wire_has)" \
	"$(wire_wants "${mac[br0]}")"
must wait_until forwarding
flow "the bridge still works" wire v1 -- v1
must bridge fdb del 02:00:00:00:0a:05 dev v1 master static
must ip link del eth0.5

must bash -e "$tmp/commands"
must at wire ip neigh flush dev wire0
imported "by the commands"

undo
make_bridge
must tee /proc/sys/net/ipv6/conf/{br0,eth0}/forwarding <<<1
wire_asks
is "the wire knows the bridge" "$(wire_has)" "$(wire_wants "${mac[br0]}" router)"
vifmap import-bridge br0 uplink eth0 learn 2 --apply >"$tmp/out" 2>&1
is "--apply has nothing to say" "$? $(<"$tmp/out")" "0 "
is "the wire is told, and that the host is a router still" "$(wire_has)" \
	"$(wire_wants "${mac[host]}" router)"
imported "--apply"

# A tap whose address only the bridge knew
undo
make_bridge
must bridge fdb del "${mac[v1]}" dev v1 master
state_of=link_state
flow "the bridge learns an address" v1 wire -- wire v0
nothing_done 'v2 is not a port|there is no interface v2' 1 br0 uplink v2 --apply
must ip link set v1 type bridge_slave hairpin on
nothing_done 'v1 is in hairpin mode' 1 br0 uplink eth0 --apply
must ip link set v1 type bridge_slave hairpin off
must ip link set br0 type bridge vlan_filtering 1
nothing_done 'br0 filters VLANs' 1 br0 uplink eth0 --apply
must ip link set br0 type bridge vlan_filtering 0 stp_state 1
nothing_done 'spanning tree' 1 br0 uplink eth0 --apply
must ip link set br0 type bridge stp_state 0
must wait_until forwarding
must ip link add link br0 name br0.6 type vlan id 6
nothing_done 'br0.6 is on top of br0' 1 br0 uplink eth0 --apply
must ip link del br0.6
must ip route add 192.0.2.128/25 nexthop via 192.0.2.2 dev br0 nexthop \
	via 192.0.2.3 dev br0
nothing_done 'a route through br0 is of a kind' 1 br0 uplink eth0 --apply
must ip route del 192.0.2.128/25
nothing_done 'no port of br0 is a physical device' 1 br0 --apply
must ip link add link v0 name up1 type vlan id 7
must ip link set up1 master br0
nothing_done 'br0 has several uplinks, eth0 and up1' 1 br0 uplink eth0 --apply
nothing_done 'br0 has several uplinks, eth0 and up1' 1 br0 uplink eth0
must ip link del up1
nothing_done 'eth0 is not a bridge' 1 eth0
nothing_done 'is missing' 2
nothing_done 'no interface nothere' 1 nothere
nothing_done 'trunk wants on or off' 2 br0 uplink eth0 trunk maybe --apply
nothing_done 'unknown word' 2 br0 nonsense

must at wire ip address add 2001:db8::66/64 nodad dev wire0
must ip address add 2001:db8::66/64 dev br0
must wait_until is_duplicate br0
vifmap import-bridge br0 uplink eth0 learned --apply >"$tmp/out" 2>&1
is "learned addresses" "$? $(<"$tmp/out")" "0 "
check "an address that another host has does not come into use" \
	wait_until is_duplicate eth0
check "are mapped" grep -q 'vif v1 active origin user' \
	<(vifmap mac show "${mac[v1]}")
flow "and reached" wire v1 -- v1

undo
make_bridge
setpriv --bounding-set -net_raw vifmap import-bridge br0 uplink eth0 learn 2 \
	--apply >"$tmp/out" 2>&1
is "that nobody can be told is no failure" "$? $(<"$tmp/out")" \
"0 vifmap: cannot tell neighbours that eth0 has the addresses now (Operation not \
permitted): they find out within minutes"
check "and it is done" at wire ping -c 1 -W 60 192.0.2.1
check_sums
finish
