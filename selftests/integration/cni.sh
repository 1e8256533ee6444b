#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The CNI plugin, one call at a time, in each version of the specification and
# with Debian's IPAM plugins: what it prints, what it sets up, and that all of
# it goes away.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              c1  c2           containers
#
# Packages: containernetworking-plugins jq
# Roots: bookworm trixie

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-cni.sh
. "${0%/*}/lib-cni.sh"

v4_range='[{"subnet": "192.0.2.0/24", "rangeStart": "192.0.2.50",
	"gateway": "192.0.2.1"}]'
v6_range='[{"subnet": "2001:db8::/64", "rangeStart": "2001:db8::50"}]'
default='[{"dst": "0.0.0.0/0"}]'
fixed='{"type": "static", "addresses": [{"address": "192.0.2.9/24",
	"gateway": "192.0.2.1"}], "routes": [{"dst": "198.51.100.0/24",
	"gw": "192.0.2.2"}], "dns": {"nameservers": ["192.0.2.3"]}}'

# conf VERSION IPAM [MORE]
conf()
{
	echo '{"cniVersion": "'"$1"'", "name": "net1", "type": "vifmap",
		"pdev": "eth0", "ipam": '"$2${3+, $3}"'}'
}

# What ADD says differs by version in this.
ip_version() { [[ $1 == 0.* ]] && echo "\"$2\"" || echo null; }

# one_round VERSION: an attachment's life with host-local
one_round()
{
	local version=$1 c added vif mtu=null

	c=$(conf "$version" "$(host_local "$v4_range" "$default")")
	works "$version: ADD" ADD c1 <<<"$c"
	added=$reply vif=$(vif_of c1 net1)
	said "$version: the version asked for" .cniVersion "\"$version\""
	[ "$version" != 1.1.0 ] || mtu=1500
	said "$version: the interfaces" \
		'[.interfaces[] | [.name, .sandbox, .mtu]]' \
		"[[\"$vif\",null,$mtu],[\"eth0\",\"/run/netns/${prefix}c1\",$mtu]]"
	said "$version: the address" \
		'[.ips[] | [.version, .interface, .gateway]]' \
		"[[$(ip_version "$version" 4),1,\"192.0.2.1\"]]"
	is "$version: it is the container's" \
		"$(ip -n "${prefix}c1" -j addr show eth0 | jq -r '.[].addr_info[] |
		select(.family == "inet") | "\(.local)/\(.prefixlen)"')" \
		"$(jq -r '.ips[0].address' <<<"$added")"
	is "$version: the route goes to the gateway" \
		"$(ip -n "${prefix}c1" route show default)" \
		"default via 192.0.2.1 dev eth0 "
	check "$version: the address leads to the vif" grep -q \
		"^$(jq -r '.interfaces[1].mac' <<<"$added").*vif $vif" \
		<(vifmap mac show)
	check "$version: it works" pings c1 192.0.2.1
	if [ "$version" = 0.3.1 ]; then
		wrong 1 'CHECK came with 0.4.0' CHECK c1 < <(after "$added" <<<"$c")
	else
		works "$version: CHECK" CHECK c1 < <(after "$added" <<<"$c")
		said "$version: CHECK says nothing" . ''
	fi
	works "$version: DEL" DEL c1 < <(after "$added" <<<"$c")
	said "$version: DEL says nothing" . ''
	gone "$version" c1
	works "$version: DEL once more" DEL c1 <<<"$c"
}

# gone WHAT CONTAINER: nothing is left but the device
gone()
{
	is "$1: no interface is left" \
		"$(ip -n "$prefix$2" -o link | sed 's/^[0-9]*: //; s/:.*//')" lo
	is "$1: no vif is left" "$(vifmap port show)" ""
	is "$1: no address is left" "$(leases)" ""
}

leases() { find "$tmp/ipam/net1" -name '[0-9]*' 2>/dev/null; }

# static_round VERSION
static_round()
{
	local version=$1 c added

	c=$(conf "$version" "$fixed")
	works "$version, static: ADD" ADD c1 <<<"$c"
	added=$reply
	said "$version, static: all of the IPAM plugin's result" \
		'[.ips[0].address, .ips[0].version, .routes, .dns.nameservers]' \
		"[\"192.0.2.9/24\",$(ip_version "$version" 4),[{\"dst\":\
\"198.51.100.0/24\",\"gw\":\"192.0.2.2\"}],[\"192.0.2.3\"]]"
	is "$version, static: the route" \
		"$(ip -n "${prefix}c1" route show 198.51.100.0/24)" \
		"198.51.100.0/24 via 192.0.2.2 dev eth0 "
	check "$version, static: it works" pings wire 192.0.2.9
	[ "$version" = 0.3.1 ] ||
		works "$version, static: CHECK" CHECK c1 < <(after "$added" <<<"$c")
	works "$version, static: DEL" DEL c1 <<<"$c"
	gone "$version, static" c1
}

both_families()
{
	local c added

	c=$(conf 1.0.0 "$(host_local "$v4_range, $v6_range")")
	must at c1 tee /proc/sys/net/ipv6/conf/{all,default}/disable_ipv6 <<<1
	works "IPv4 and IPv6" ADD c1 <<<"$c"
	added=$reply
	said "both" '[.ips[].address | sub("^192.0.2.[0-9]+"; "IPv4")]' \
		'["IPv4/24","2001:db8::50/64"]'
	is "IPv6 is switched on, and the address has been found to be free" \
		"$(ip -n "${prefix}c1" -6 -o addr show eth0 scope global |
		grep -c ' tentative\|dadfailed')" 0
	check "it works" pings c1 2001:db8::1
	works "CHECK of both" CHECK c1 < <(after "$added" <<<"$c")
	must ip -n "${prefix}c1" addr del 2001:db8::50/64 dev eth0
	known=''
	wrong 101 'lacks 2001:db8::50' CHECK c1 < <(after "$added" <<<"$c")
	works "DEL of both" DEL c1 <<<"$c"
	gone both c1
}

# spoiled PATTERN COMMAND...: CHECK notices what the command changes
spoiled()
{
	local pattern=$1

	shift
	must "$@"
	known=''
	wrong 101 "$pattern" CHECK c1 < <(after "$added" <<<"$c")
}

check_notices()
{
	local c added vif mac

	c=$(conf 1.1.0 "$(host_local "$v4_range" "$default")" \
		'"isolated": true, "linkLocal": "lldp"')
	works "ADD for CHECK" ADD c1 <<<"$c"
	added=$reply vif=$(vif_of c1 net1)
	mac=$(jq -r '.interfaces[1].mac' <<<"$reply")
	works "CHECK, all well" CHECK c1 < <(after "$added" <<<"$c")
	spoiled 'isolated off, not on' vifmap port set "$vif" isolated off
	must vifmap port set "$vif" isolated on
	spoiled "$mac does not lead to $vif" vifmap mac set "$mac" inactive
	must vifmap mac set "$mac" active
	spoiled "is down" ip link set "$vif" down
	must ip link set "$vif" up
	spoiled "in the container is down" ip -n "${prefix}c1" link set eth0 down
	must ip -n "${prefix}c1" link set eth0 up
	# That took the route with it
	spoiled 'route to 0.0.0.0/0' true
	must ip -n "${prefix}c1" route add default via 192.0.2.1
	works "CHECK, all well again" CHECK c1 < <(after "$added" <<<"$c")
	spoiled "has the address 02:00:00:00:00:77" ip -n "${prefix}c1" link \
		set eth0 address 02:00:00:00:00:77
	must ip -n "${prefix}c1" link set eth0 address "$mac"
	must rm "$tmp/ipam/net1"/192*
	known=''
	wrong 999 'host-local: ' CHECK c1 < <(after "$added" <<<"$c")
	spoiled "not attached" vifmap detach "$vif"
	wrong 7 'prevResult is missing' CHECK c1 <<<"$c"
	works "DEL after that" DEL c1 <<<"$c"
}

# holders NETWORK: the containers that have its addresses
holders()
{
	head -qn 1 "$tmp/ipam/$1"/[0-9]* 2>/dev/null | tr -d '\r' | sort |
		tr '\n' ' '
}

# What is not in the list of valid attachments goes, but nobody else's
garbage()
{
	local c other

	c=$(conf 1.1.0 "$(host_local "$v4_range")")
	other=$(jq -c '.name = "net2"' <<<"$c")
	works "ADD of c1" ADD c1 <<<"$c"
	works "ADD of c2" ADD c2 <<<"$c"
	works "ADD of c2 to another network" ADD c2 CNI_IFNAME=eth1 <<<"$other"
	wrong 7 'valid-attachments' GC c1 <<<"$c"
	wrong 1 'GC came with 1.1.0' GC c1 < <(jq '.cniVersion = "1.0.0"' <<<"$c")
	is "the addresses of one network" "$(holders net1)" "c1 c2 "
	is "and of the other" "$(holders net2)" "c2 "
	works "GC" GC c1 < <(jq '."cni.dev/valid-attachments" =
		[{"containerID": "c2", "ifname": "eth0"}]' <<<"$c")
	said "GC says nothing" . ''
	is "the one that is not valid has gone" \
		"$(ip -n "${prefix}c1" -o link | wc -l)" 1
	is "the others have not" "$(vifmap port show | wc -l)" 2
	is "nor their addresses, but its own" \
		"$(holders net1)/ $(holders net2)" "c2 / c2 "
	works "GC of everything" GC c1 < <(jq \
		'."cni.dev/valid-attachments" = []' <<<"$c")
	is "the other network's is left" \
		"$(ip -n "${prefix}c2" -o link | sed 's/^[0-9]*: //; s/[:@].*//' |
		sort | tr '\n' ' ')" "eth1 lo "
	is "and its address" "$(holders net1)/ $(holders net2)" "/ c2 "
	works "DEL of the other" DEL c2 CNI_IFNAME=eth1 <<<"$other"
	is "which leaves no address" "$(holders net2)" ""
}

status()
{
	local c

	c=$(conf 1.1.0 "$(host_local "$v4_range")")
	works "STATUS" STATUS c1 <<<"$c"
	said "STATUS says nothing" . ''
	wrong 50 'no interface eth7' STATUS c1 < <(jq '.pdev = "eth7"' <<<"$c")
	wrong 7 'there is no plugin nothing' STATUS c1 < <(
		jq '.ipam.type = "nothing"' <<<"$c")
	wrong 1 'STATUS came with 1.1.0' STATUS c1 < <(
		jq '.cniVersion = "0.4.0"' <<<"$c")
}

no_namespace()
{
	local c

	c=$(conf 1.0.0 "$(host_local "$v4_range")")
	works "ADD of c1" ADD c1 <<<"$c"
	must ip netns del "${prefix}c1"
	works "DEL when the namespace has gone" DEL c1 <<<"$c"
	works "DEL without naming it" DEL c1 CNI_NETNS= <<<"$c"
	is "no vif is left" "$(vifmap port show)" ""
	is "no address is left" "$(leases)" ""
}

versions()
{
	works "VERSION" VERSION c1 <<<'{"cniVersion": "0.4.0"}'
	said "the version of the question" .cniVersion '"0.4.0"'
	said "all versions" .supportedVersions \
		'["0.3.1","0.4.0","1.0.0","1.1.0"]'
	works "VERSION without a question" VERSION c1 </dev/null
	said "the newest version" .cniVersion '"1.1.0"'
}

lan
container c1 c2
versions
for v in 0.3.1 0.4.0 1.0.0 1.1.0; do
	one_round $v
	static_round $v
done
both_families
check_notices
garbage
status
no_namespace
finish
