#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Networks of the CNI plugin as runtimes use them: lists of plugins, what the
# runtime asks for by capabilities, options, DHCP, and traffic.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |   |   |
#    (dnsmasq)  c1  c2  c3      containers
#
# Packages: containernetworking-plugins dnsmasq-base jq
# Roots: bookworm trixie

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-cni.sh
. "${0%/*}/lib-cni.sh"
need_commands dnsmasq

# plugin_of LIST INDEX RUNTIME: the configuration of one plugin of a list, with
# what it can do of what the runtime wants
plugin_of()
{
	jq -c --argjson i "$2" --argjson runtime "$3" '. as $list |
		.plugins[$i] + {name, cniVersion} |
		.runtimeConfig = (.capabilities // {} | with_entries(
			.key as $key |
			select(.value and ($runtime | has($key))) |
			.value = $runtime[$key])) |
		del(.capabilities) | . + (if $list.prevResult then
			{prevResult: $list.prevResult} else {} end)' <<<"$1"
}

# run_list COMMAND CONTAINER LIST [RUNTIME]: as a runtime does; the result of ADD
# is the last one's, and DEL goes backwards.
run_list()
{
	local command=$1 container=$2 list=$3 runtime=${4-}
	local n i type order

	n=$(jq '.plugins | length' <<<"$list")
	order=$(seq 0 $((n - 1)))
	[ "$command" != DEL ] || order=$(seq $((n - 1)) -1 0)
	for i in $order; do
		type=$(jq -r ".plugins[$i].type" <<<"$list")
		[ "$type" != vifmap ] || type=$cni_dir/vifmap
		[[ $type == /* ]] || type=/usr/lib/cni/$type
		reply=$(plugin_of "$list" "$i" "${runtime:-{\}}" |
			env CNI_COMMAND="$command" CNI_IFNAME=eth0 \
			CNI_CONTAINERID="$container" CNI_PATH="$cni_path" \
			CNI_NETNS="/run/netns/$prefix$container" \
			"$type" 2>"$tmp/errors")
		status=$?
		[ $status -eq 0 ] || return
		[ "$command" != ADD ] ||
			list=$(jq -c --argjson r "$reply" \
				'.prevResult = $r' <<<"$list")
	done
}

# lists NAME COMMAND CONTAINER LIST [RUNTIME]
lists()
{
	run_list "${@:2}"
	[ $status -eq 0 ]
	result $? "$1" "status $status" "$reply" "$(<"$tmp/errors")"
}

# network [MORE [IPAM]]: a list with one network
network()
{
	echo '{"cniVersion": "'"${version-1.0.0}"'", "name": "lan", "plugins": [
		'"${before-}"'{"type": "vifmap", "pdev": "eth0",
		"capabilities": {"mac": true, "ips": true}'"${1:+, $1}
		${2:+, \"ipam\": $2}}${after-}]}"
}

mac_of() { ip -n "$prefix$1" -j link show eth0 | jq -r '.[].address'; }
ip_of()
{
	ip -n "$prefix$1" -j addr show eth0 |
		jq -r '.[].addr_info[] | select(.scope == "global") | .local'
}

v4_range='[{"subnet": "192.0.2.0/24", "rangeStart": "192.0.2.50",
	"rangeEnd": "192.0.2.60", "gateway": "192.0.2.1"}]'

# What comes after vifmap gets its result, and changes the container's interface;
# what comes before is still in the result.
chained()
{
	local version before after list added

	for version in 0.4.0 1.0.0; do
		before=''
		after=', {"type": "tuning", "sysctl":
			{"net.ipv4.conf.eth0.log_martians": "1"}}'
		list=$(network '' "$(host_local "$v4_range")")
		lists "$version: before tuning" ADD c1 "$list"
		added=$reply
		said "$version: the result goes through" \
			'[.interfaces[1].name, (.ips | length)]' '["eth0",1]'
		is "$version: tuning has found the interface" "$(at c1 \
			cat /proc/sys/net/ipv4/conf/eth0/log_martians)" 1
		lists "$version: CHECK of all" CHECK c1 \
			"$(after "$added" <<<"$list")"
		lists "$version: DEL of all" DEL c1 "$(after "$added" <<<"$list")"
		after='' before='{"type": "loopback"}, '
		list=$(network '' "$(host_local "$v4_range")")
		lists "$version: after another" ADD c1 "$list"
		added=$reply
		said "$version: the other's result is still there" \
			'[.interfaces[] | .name] | [.[0], .[2]]' '["lo","eth0"]'
		said "$version: and the interface's index is right" \
			'[.ips[] | select(.address | startswith("192")) |
			.interface]' '[2]'
		works "$version: CHECK" CHECK c1 < <(
			plugin_of "$(after "$added" <<<"$list")" 1 '{}')
		works "$version: DEL" DEL c1 < <(plugin_of "$list" 1 '{}')
	done
}

# wants_mac NAME WANT MORE [ARGS [RUNTIME]]
wants_mac()
{
	works "$1" ADD c1 CNI_ARGS="${4-}" < <(
		plugin_of "$(network "$3")" 0 "${5:-{\}}")
	is "$1: that is the address" "$(mac_of c1)" "$2"
	said "$1: and it is in the result" '.interfaces[1].mac' "\"$2\""
	works "$1: DEL" DEL c1 < <(plugin_of "$(network)" 0 '{}')
}

addresses()
{
	local conf='"mac": "02:00:00:00:0c:01"'
	local args='"args": {"cni": {"mac": "02:00:00:00:0c:03"}}'
	local runtime='{"mac": "02:00:00:00:0c:04"}'

	wants_mac "the configuration names the MAC address" \
		02:00:00:00:0c:01 "$conf"
	wants_mac "CNI_ARGS do" 02:00:00:00:0c:02 "$conf" \
		"IgnoreUnknown=1;MAC=02:00:00:00:0c:02"
	wants_mac "args do" 02:00:00:00:0c:03 "$conf, $args" \
		"MAC=02:00:00:00:0c:02"
	wants_mac "the runtime does" 02:00:00:00:0c:04 "$conf, $args" \
		"MAC=02:00:00:00:0c:02" "$runtime"
}

runtime_ips()
{
	lists "the IPAM plugin gets the runtime's addresses" ADD c1 \
		"$(network '' '{"type": "static"}')" \
		'{"ips": ["192.0.2.77/24"]}'
	is "it is that" "$(ip_of c1)" 192.0.2.77
	lists "DEL" DEL c1 "$(network '' '{"type": "static"}')"
	lists "without an IPAM plugin the addresses are set" ADD c1 \
		"$(network)" '{"ips": ["192.0.2.78/24"]}'
	is "it is this" "$(ip_of c1)" 192.0.2.78
	check "and works" pings wire 192.0.2.78
	lists "DEL" DEL c1 "$(network)"
	lists "nor any address" ADD c1 "$(network)"
	said "none in the result" .ips null
	is "none in the container" "$(ip_of c1)" ""
	lists "DEL" DEL c1 "$(network)"
}

options()
{
	local vif

	lists "options" ADD c1 "$(network '"spoofcheck": false, "trunk": true,
		"isolated": true, "learn": 3, "floodRate": 7, "mtu": 1400,
		"linkLocal": "stp,lldp", "delivery": "queue"')"
	vif=$(vif_of c1 lan)
	is "they are set" "$(vifmap port show "$vif" | sed 's/.*macs 1 //')" \
		"spoofcheck off isolated on trunk on learn 3 link-local 0x4001 \
flood-rate 7 delivery queue"
	is "the MTU, too" "$(ip -n "${prefix}c1" -j link show eth0 |
		jq '.[].mtu')$(ip -j link show "$vif" | jq '.[].mtu')" 14001400
	lists "CHECK agrees" CHECK c1 "$(after "$reply" <<<"$(network \
		'"spoofcheck": false, "linkLocal": "stp,lldp", "learn": 3')")"
	lists "DEL" DEL c1 "$(network)"
	must ip link set eth0 mtu 1300
	lists "the MTU is the pdev's by default" ADD c1 "$(network)"
	is "both ends have it" "$(ip -n "${prefix}c1" -j link show eth0 |
		jq '.[].mtu')" 1300
	lists "DEL" DEL c1 "$(network)"
	must ip link set eth0 mtu 1500
}

# The same address with another MAC address: neighbours are told.
traffic()
{
	local fixed='{"type": "static", "addresses": [
		{"address": "192.0.2.9/24"}, {"address": "2001:db8::9/64"}]}'
	local n

	for n in 1 2; do
		lists "fixed addresses, round $n" ADD c3 "$(network \
			"\"mac\": \"02:00:00:00:0c:1$n\"" "$fixed")"
		check "the wire reaches it by IPv4" pings wire 192.0.2.9
		check "and by IPv6" pings wire 2001:db8::9
		[ $n -eq 2 ] || lists "DEL" DEL c3 "$(network '' "$fixed")"
	done
	lists "a second container" ADD c2 "$(network '"isolated": true' \
		"$(host_local "$v4_range")")"
	lists "a third" ADD c1 "$(network '"isolated": true' \
		"$(host_local "$v4_range")")"
	must ip addr add 192.0.2.3/24 dev eth0
	check "containers reach each other" pings c3 "$(ip_of c2)"
	check "and the host" pings c2 192.0.2.3
	check "and the wire" pings c2 192.0.2.1
	no_answer "isolated ones not each other" c2 "$(ip_of c1)"
	must ip -n "${prefix}c1" link set eth0 address 02:00:00:00:00:99
	no_answer "an address that is not its own gets nowhere" c1 192.0.2.1
	check "that is counted" grep -q '"spoofed":[1-9]' \
		<(vifmap -j stats "$(vif_of c1 lan)")
	for n in 1 2 3; do
		lists "DEL of c$n" DEL c$n "$(network)"
	done
}

# The DHCP plugin's daemon asks a server on the wire.
dhcp()
{
	local list added

	background wire dnsmasq -k -C /dev/null --interface=wire0 --port=0 \
		--except-interface=lo --bind-interfaces \
		--dhcp-range=192.0.2.100,192.0.2.120,255.255.255.0,1h \
		--dhcp-option=3,192.0.2.1 --dhcp-leasefile="$tmp/leases" \
		--pid-file= --log-facility="$tmp/dnsmasq"
	background host /usr/lib/cni/dhcp daemon -socketpath "$tmp/dhcp.sock"
	must wait_until test -S "$tmp/dhcp.sock"
	must wait_until grep -q 'IP range' "$tmp/dnsmasq"
	list=$(network '"mac": "02:00:00:00:0c:21"' '{"type": "dhcp",
		"daemonSocketPath": "'"$tmp"'/dhcp.sock"}')
	lists "ADD with DHCP" ADD c1 "$list"
	added=$reply
	check "the address is of the server" grep -q "$(ip_of c1)" "$tmp/leases"
	is "so is the route" "$(ip -n "${prefix}c1" route show default)" \
		"default via 192.0.2.1 dev eth0 "
	check "it works" pings c1 192.0.2.1
	lists "DEL with DHCP" DEL c1 "$(after "$added" <<<"$list")"
	check "the server knows that it has gone" wait_until no_lease
}

no_lease() { ! grep -q 02:00:00:00:0c:21 "$tmp/leases"; }

lan
container c1 c2 c3
chained
addresses
runtime_ips
options
traffic
dhcp
finish
