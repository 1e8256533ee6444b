#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap doctor finds nothing where all is well, and one thing for each that is
# not; it says whose, and what to do.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#            veth  tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq unshare
topology veth tap
where=host

# finds NAME CHECK PATTERN [ARGUMENT]...: this one thing, in words and in JSON
finds()
{
	local name=$1 check=$2 pattern=$3 status out json

	shift 3
	out=$(at $where vifmap doctor "$@" 2>&1)
	status=$?
	json=$(at $where vifmap -j doctor "$@" | jq -r '.[] | .check')
	[ $status -eq 1 ] && [ "$json" = "$check" ] &&
		[[ $out =~ ^$pattern$ ]] && [ "$(wc -l <<<"$out")" -eq 1 ]
	result $? "$name" "status $status, $json" "$out"
}

well()
{
	is "$1" "$(at $where vifmap doctor "${@:2}" 2>&1) $?" \
		"Nothing found that is wrong 0"
}

vif_has_carrier() { vifmap -j port show v0 | jq -e '.[0].up'; }
vif_has_none() { ! vif_has_carrier; }

get_state
before=$state
well "all is well"
well "of a device" vifmap0
well "of its pdev" eth0
well "of a vif" v0
is "in JSON" "$(vifmap -j doctor)" "[]"

must ip link set vifmap0 down
finds "the device is down" dev-down \
	'vifmap0: it is down, .*: ip link set vifmap0 up'
must ip link set vifmap0 up

must ip link set v1 down
finds "a vif is down" vif-down 'v1: it is down: ip link set v1 up'
well "another vif is not" v0
must ip link set v1 up
must at v0 ip link set eth0 down
must wait_until vif_has_none
finds "a vif has no carrier" vif-carrier 'v0: it has no carrier: .*'
must at v0 ip link set eth0 up
must wait_until vif_has_carrier

must vifmap mac del "${mac[v1]}"
finds "a vif without address" no-address \
	'v1: no address leads to it: vifmap mac add MAC vif v1'
must vifmap port set v1 learn 1
well "it may learn one"
must vifmap port set v1 learn 0
must vifmap mac add "${mac[v1]}" vif v1

must ip link set v1 mtu 1400
finds "another MTU" mtu \
	'v1: its MTU is 1400, that of eth0 is 1500: .*ip link set v1 mtu 1500.*'
must ip link set v1 mtu 1500

must vifmap dev set vifmap0 max-macs 2
finds "the map is full" map-full 'vifmap0: its map is full: .*max-macs N'
must vifmap dev set vifmap0 max-macs 1024

must ip link add link eth0 name eth0.5 type vlan id 5
well "a VLAN device of the host"
must vifmap port set v1 trunk on
finds "beside a trunk" vlan-device 'eth0.5: it takes the frames .*v1.*'
must vifmap port set v1 trunk off
must ip link del eth0.5

# Not every kernel can tell whose hooks there are.
if command -v nft >/dev/null && modprobe nfnetlink_hook 2>/dev/null; then
	must nft -f - <<-END
	table netdev t {
		chain c {
			type filter hook egress device eth0 priority 0;
		}
	}
	END
	finds "the administrator's rules" egress-rules 'eth0: rules .*'
	must nft delete table netdev t
fi

must at wire ip link set wire0 down
must wait_until has_no_carrier eth0
finds "the pdev has no carrier" pdev-carrier 'eth0: it has no carrier: .*'
must at wire ip link set wire0 up
must wait_until is_settled eth0
must ip link set eth0 down
finds "the pdev is down" pdev-down 'eth0: it is down: ip link set eth0 up'
must ip link set eth0 up
must wait_until is_settled eth0

# tcpdump shows in its promiscuity only.
must ip link set eth0 promisc on
finds "promiscuous by hand" promisc-on \
	'eth0: somebody .* promiscuous, .*: ip link set eth0 promisc off'
must ip link set eth0 promisc off

get_state
is "it has changed nothing" "$state" "$before"

echo 0.0.0 >"$tmp/version"
finds_version()
{
	local out

	# shellcheck disable=SC2016 # the inner shell is to expand it
	out=$(unshare -m bash -c 'mount --bind "$1" /sys/module/vifmap/version &&
		vifmap doctor' - "$tmp/version" 2>&1)
	[ $? -eq 1 ] && [[ $out =~ ^module:\ it\ is\ version\ 0.0.0,\ this ]]
	result $? "module and tool of different versions" "$out"
}
finds_version

must ask send v0 wire vlan=5
finds "a guest that uses tags" tagged 'v0: .*vifmap port set v0 trunk on'
well "others do not" v1
must ask send v1 wire src=02:00:00:00:0a:09
finds "a refused source" refused-source \
	'v1: .* 02:00:00:00:0a:09.*: .*vifmap mac add 02:00:00:00:0a:09 vif v1' v1
is "two things" "$(vifmap -j doctor | jq -r '.[].subject')" $'v0\nv1'

# in_wire COMMAND...: functions of this shell are known there, too
in_wire() { at wire "$BASH" -c "$(declare -f); $*"; }

# free_wire LINK: wire0 has gone through ups and downs with it
free_wire()
{
	must at wire ip link del "$1"
	must at wire ip link set wire0 up
	must wait_until in_wire is_settled wire0
}

# owned NAME OWNER REMEDY: doctor says that somebody has wire0, and the kernel
# that nobody else may have it
owned()
{
	must wait_until in_wire is_settled wire0
	finds "$1 has it" in-use "wire0: $2 takes its frames: $3" wire0
	check "the kernel says so, too" has_line 'wire0 is in use by ' \
		<(at wire ip link add link wire0 type vifmap 2>&1)
	free_wire "$2"
}

# What could be a pdev, where there is no vifmap device yet
where=wire
well "a namespace without one"
well "what could be a pdev" wire0
must at wire ip link add br9 type bridge
must at wire ip link set wire0 master br9
owned "a bridge" br9 'vifmap import-bridge br9 .*'
must at wire ip link add link wire0 name mv9 type macvlan
owned "a macvlan" mv9 'mv9 has to let go of it first'
must at wire ip -batch - <<-END
	link add bond9 type bond mode active-backup
	link set wire0 down
	link set wire0 master bond9
END
owned "a bond" bond9 'use bond9 as the pdev'
must at wire ip -batch - <<-END
	link add team9 type team
	link set wire0 down
	link set wire0 master team9
END
owned "another master" team9 'team9 has to let go of it first'
# Not every kernel has these.
if modprobe macsec 2>/dev/null; then
	must at wire ip link add link wire0 name ms9 type macsec
	owned "MACsec" ms9 'ms9 has to let go of it first'
fi
if modprobe hsr 2>/dev/null; then
	must at wire ip -batch - <<-END
		link add wire9 type dummy
		link add hsr9 type hsr slave1 wire9 slave2 wire0
	END
	owned "HSR" hsr9 'hsr9 has to let go of it first'
	must at wire ip link del wire9
fi
must at wire ip link add vrf9 type vrf table 9
must at wire ip link set wire0 master vrf9
must wait_until in_wire is_settled wire0
well "a VRF leaves frames where they are" wire0
check "the kernel says so, too" at wire ip link add link wire0 type vifmap
must at wire ip link del vifmap0
free_wire vrf9
must at wire ip link add bond9 type bond mode balance-alb
is "a bond that rewrites addresses, and has no NIC" \
	"$(at wire vifmap -j doctor | jq -r '.[] | .subject + " " + .check')" \
	$'bond9 bond-mode\nbond9 pdev-down'
must at wire ip link del bond9
where=host

usage() { refused "$1" 2 vifmap doctor "${@:2}"; }
usage 'too much' v0 v1
refused 'no interface nothere' 1 vifmap doctor nothere

must modprobe br_netfilter
check "rules for bridges" grep -q '^br_netfilter: .*iptables.*vifs' \
	<(vifmap doctor)

# br_netfilter IPTABLES IP6TABLES ARPTABLES: for which of them it asks, in wire
br_netfilter()
{
	must at wire sysctl -q net.bridge.bridge-nf-call-iptables="$1" \
		net.bridge.bridge-nf-call-ip6tables="$2" \
		net.bridge.bridge-nf-call-arptables="$3"
}

# What a bridge's port is to be told before it is moved
where=wire
well "nobody's bridge yet" wire0
must at wire ip link add br9 type bridge
must at wire ip link set wire0 master br9
rules='wire0: once it is a pdev, rules by br_netfilter, ebtables and nft family'
rules+=" bridge do not see guests' frames any more: .* family netdev of nftables"
for asks in '1 0 0' '0 1 0' '0 0 1'; do
	# shellcheck disable=SC2086 # words
	br_netfilter $asks
	check "rules on a bridge that is still there ($asks)" \
		grep -qxE "$rules" <(at wire vifmap doctor wire0)
	is "beside whose port it is" \
		"$(at wire vifmap -j doctor wire0 | jq -r '.[].check')" \
		$'in-use\nbr-netfilter'
done
br_netfilter 0 0 0
finds "there are none" in-use 'wire0: br9 takes its frames: .*' wire0
where=host
modprobe -r br_netfilter 2>/dev/null
finish
