# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-switches.sh - what table A compares, each between eth0 and the first
# guests of lib-cost.sh
#
# join_SWITCH N      joins N guests; those that are joined already stay
# part_SWITCH        takes all of it away
# knows_SWITCH PATH  whether the path is one of this switch (all)
#
# Joining may say where a guest sends and receives, in guest_dev (eN), and what
# kind of frame the switch makes a difference for, in renewal. It finds in path
# what is to be measured, in how what a bare handler does, in entries how many
# addresses are to be known, and in joined how many guests there are already.

far_address=02:00:00:00:02:01

# vif N: the host's end of a guest: a veth's or, when vif_kind is tap, a tap
vif_kind=veth
vif()
{
	if [ "$vif_kind" = tap ]; then
		echo "tap$1"
	else
		echo "v$1"
	fi
}

vifs()
{
	local n

	for ((n = 0; n < $1; n++)); do vif $n; done
}

# --- the bare handlers: how is direct, queue or xmit ---

join_bare()
{
	local to

	mapfile -t to < <(vifs "$1")
	case $path in
	*-to-wire) bare_host "${to[0]}" queue eth0 ;;
	veth-to-veth) bare_host v1 "$how" v0 ;;
	*) bare_host eth0 "$how" "${to[@]}" ;;
	esac
}

part_bare()
{
	local dev

	for dev in eth0 $(vifs "$joined"); do
		bare_host "$dev" none
	done
}

knows_bare() { [[ $1 != host-* ]]; }

# --- vifmap ---

# entry_lines N: so many addresses more for the first guest
entry_lines()
{
	local n first

	first=$(vif 0)
	for ((n = 0; n < $1; n++)); do
		printf 'mac add 02:01:%02x:%02x:%02x:%02x vif %s\n' \
			$((n >> 24)) $((n >> 16 & 255)) $((n >> 8 & 255)) \
			$((n & 255)) "$first"
	done
}

fill_map()
{
	[ "$1" -gt 0 ] || return 0
	must vifmap -n $host dev set vifmap0 max-macs $((entries + 64))
	entry_lines "$1" >"$scratch/entries"
	must vifmap -n $host -b "$scratch/entries"
}

join_vifmap()
{
	local n dev

	load_vifmap
	for ((n = joined; n < $1; n++)); do
		dev=$(vif $n)
		must vifmap -n $host attach "$dev" pdev eth0 \
			mac "$(guest_mac $n)" flood-rate 0
		[ "$how" != queue ] || force_queue "$dev"
	done
	must vifmap -n $host dev set vifmap0 flood-rate 0
	fill_map $((entries - $1))
}

force_queue()
{
	vifmap -n $host port set "$1" delivery queue 2>/dev/null ||
		say "this module has no delivery queue"
}

part_vifmap() { must ip -n $host link del vifmap0; }
knows_vifmap() { :; }

# --- macvlan and macvtap ---

join_macvlan()
{
	local n

	guest_dev=m
	for ((n = joined; n < $1; n++)); do
		if [ "$vif_kind" = tap ]; then
			must ip -n $host link add link eth0 name tap$n address \
				"$(guest_mac $n)" type macvtap mode bridge
			must ip -n $host link set tap$n up
			continue
		fi
		must ip -n $host link add link eth0 name m$n address \
			"$(guest_mac $n)" netns $far type macvlan mode bridge
		must ip link set m$n up
	done
}

part_macvlan()
{
	local n

	for ((n = 0; n < joined; n++)); do
		if [ "$vif_kind" = tap ]; then
			must ip -n $host link del tap$n
		else
			must ip link del m$n
		fi
	done
}

knows_macvlan() { [[ $1 != *queued && $1 != host-to-vif ]]; }

# --- tc ---

tc_host() { must tc -n $host "$@"; }

# tc_redirect DEV MATCH... OUT: what DEV receives
tc_redirect()
{
	local dev=$1 out=${*: -1}

	set -- "${@:2:$#-2}"
	tc_host filter add dev "$dev" ingress protocol all "$@" \
		action mirred egress redirect dev "$out"
}

# Each guest of a pair sends to the other one, or to the wire.
tc_join()
{
	local dev to

	for dev in eth0 $(vifs "$1"); do
		tc_host qdisc add dev "$dev" clsact
	done
	to=$(vif 0)
	tc_redirect eth0 "${@:2}" "$to"
	dev=$(vif $(($1 - 1)))
	[[ $path != veth-to-veth ]] || tc_redirect "$dev" "${@:2}" "$to"
	[[ $path != *-to-wire ]] || tc_redirect "$dev" matchall eth0
}

tc_part()
{
	local dev

	for dev in eth0 $(vifs "$joined"); do
		tc_host qdisc del dev "$dev" clsact
	done
}

join_tc-matchall() { tc_join "$1" matchall; }
part_tc-matchall() { tc_part; }
knows_tc-matchall() { [[ $1 == *-to-* && $1 != *-queued && $1 != host* ]]; }

join_tc-flower() { tc_join "$1" flower dst_mac "$(guest_mac 0)"; }
part_tc-flower() { tc_part; }
knows_tc-flower() { knows_tc-matchall "$1" && [[ $1 != *-to-wire ]]; }

# --- bridge ---

bridge_port()
{
	must ip -n $host link set "$1" master br0
	must bridge -n $host fdb replace "$2" dev "$1" master static
}

join_bridge()
{
	local n

	if [ "$joined" -eq 0 ]; then
		must ip -n $host link add br0 address $host_mac type bridge \
			forward_delay 0
		must ip -n $host link set br0 up
		bridge_port eth0 $far_address
	fi
	for ((n = joined; n < $1; n++)); do
		bridge_port "$(vif $n)" "$(guest_mac $n)"
	done
}

part_bridge() { must ip -n $host link del br0; }
knows_bridge() { [[ $1 != *-queued && $1 != host-* ]]; }

# Only what is of IP passes the rules.
join_bridge-nf()
{
	renewal=renew-ip
	if [ "$joined" -eq 0 ]; then
		must modprobe br_netfilter
		on_host sysctl -qw net.bridge.bridge-nf-call-iptables=1
		must on_host iptables -A FORWARD -j ACCEPT
	fi
	# What is to the address of the guest's end would be looked at further
	# than at the end of the floor.
	must ip link set e0 address 02:00:00:00:03:00
	join_bridge "$1"
}

part_bridge-nf()
{
	part_bridge
	must ip link set e0 address "$(guest_mac 0)"
	must on_host iptables -F
	must modprobe -r br_netfilter
}

# A broadcast of IP takes its way up at the guest's end, too; and what a writer
# behind a tap sends is not of IP.
knows_bridge-nf()
{
	knows_bridge "$1" &&
		[[ $1 != copy-* && $1 != tap-to-wire && $1 != vhost-to-wire ]]
}

# --- Open vSwitch ---

ovs()
{
	on_host env OVS_RUNDIR="$work" OVS_DBDIR="$work" OVS_LOGDIR="$work" \
		OVS_SYSCONFDIR="$work" "$@"
}

ovs_start()
{
	must modprobe openvswitch
	work=$(mktemp -d)
	must ovsdb-tool create "$work/conf.db" \
		/usr/share/openvswitch/vswitch.ovsschema
	must ovs ovsdb-server "$work/conf.db" --remote="punix:$work/db.sock" \
		--no-chdir --pidfile --detach -vconsole:off -vsyslog:off
	must ovs ovs-vsctl --no-wait init
	must ovs ovs-vswitchd "unix:$work/db.sock" \
		--no-chdir --pidfile --detach -vconsole:off -vsyslog:off
	must ovs ovs-vsctl add-br br0 -- add-port br0 eth0
	must ovs ovs-appctl fdb/add br0 eth0 0 $far_address
}

join_ovs()
{
	local n dev

	[ "$joined" -gt 0 ] || ovs_start
	for ((n = joined; n < $1; n++)); do
		dev=$(vif $n)
		must ovs ovs-vsctl add-port br0 "$dev"
		must ovs ovs-appctl fdb/add br0 "$dev" 0 "$(guest_mac $n)"
	done
}

# A daemon that still runs may change the datapath.
part_ovs()
{
	local name

	must ovs ovs-vsctl del-br br0
	for name in ovs-vswitchd ovsdb-server; do
		end_process "$(<"$work/$name.pid")"
	done
	rm -rf "$work"
}

knows_ovs() { knows_bridge "$1"; }

# --- packet sockets, and the process behind them ---

join_raw()
{
	local n map=()

	part_raw
	for ((n = 0; n < $1; n++)); do
		map+=("$(vif $n)" "$(guest_mac $n)")
	done
	start_process rawswitch eth0 $host_mac "${map[@]}"
	raw_pid=$process
}

part_raw()
{
	[ -z "${raw_pid-}" ] || end_process "$raw_pid"
	raw_pid=
}

knows_raw() { knows_bridge "$1"; }
