# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# peers.sh - what vifmap is measured against, each set up the way its users do
#
# To be sourced, by a script that runs as root in the machine to be measured.
#
#   bench_build PEER KIND COUNT   host, wire and COUNT guests, joined by PEER
#   bench_remove                  all of it away
#   at PLACE COMMAND...           run it at host, wire, g0, g1, ...
#
#      wire | host                                                | g0
#     wire0 = eth0 --- PEER --- v0  (KIND veth: the peer is g0)   = g0
#           |               +-- v1  (KIND tap: for a program)     | g1
#
# The host's address is on what its users put it on: eth0, or the bridge. Every
# PEER knows all addresses before the first frame, so that nobody floods. The
# names of devices are those of the drawing; $prefix is before the namespaces'.
#
#   none       no switch: with veth wire0 and g0 are one pair, with tap v0 is in
#              the wire's namespace; one guest only
#   vifmap
#   bridge     br_netfilter not loaded (or off, where others use it)
#   bridge-nf  with br_netfilter and an iptables rule
#   macvlan    mode bridge; g0 is one itself, and with tap v0 is a macvtap
#   ovs        Open vSwitch with the kernel's datapath and its rule NORMAL
#   tc         flower and mirred; unicast, and a broadcast from the wire
#   raw        a process with a packet socket on each device (rawswitch.c)
#   plain      the host and its card alone

bench=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
PATH=$bench:${VIFMAP_TREE:-$bench/../..}/tools/vifmap:$PATH:/usr/sbin:/sbin
export LC_ALL=C

# In an order in which none costs those after it anything: once the module of
# Open vSwitch is loaded, the IP stack of every namespace, those of guests too,
# tracks connections. br_netfilter is taken out again.
# shellcheck disable=SC2034 # for those who source this
all_peers=(none vifmap macvlan raw tc bridge bridge-nf ovs)
prefix=vb$$-
peer='' kind='' guests=0
mtu=${mtu:-1500}
peer_pids=()
mac_host=02:00:00:00:00:01 mac_wire=02:00:00:00:00:02
v4_host=192.0.2.1 v4_wire=192.0.2.2

# A progress line
say() { echo "# $*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

# Guest number I: its address, its IPv4 address, its namespace
guest_mac() { printf '02:00:00:01:%02x:%02x' $(($1 / 256)) $(($1 % 256)); }
guest_v4() { echo "192.0.2.$((10 + $1))"; }
# Two have a namespace of their own, the others share one.
guest_place() { [ "$1" -lt 2 ] && echo "g$1" || echo crowd; }

# Sets guest_mac and guest_place, for loops over hundreds of guests: a subshell
# for each takes longer than the rest.
find_guest()
{
	printf -v guest_mac 02:00:00:01:%02x:%02x $(($1 / 256)) $(($1 % 256))
	guest_place=crowd
	[ "$1" -ge 2 ] || guest_place=g$1
}

at()
{
	local place=$1

	shift
	nsenter --net="/run/netns/$prefix$place" -- "$@"
}

# background PLACE COMMAND...: $! is the command itself, which a function in the
# background would hide.
background()
{
	local place=$1

	shift
	nsenter --net="/run/netns/$prefix$place" -- "$@" &
}

# What goes wrong in a set-up is the end; what ip and the like say, they say.
must() { "$@" || die "failed: $*"; }

# What a kernel has built in need not be a module; what it does not have at all is
# missed by whoever uses it.
load_modules()
{
	local name

	for name; do
		[ -e "/sys/module/${name//-/_}" ] || modprobe "$name" ||
			say "no module $name: built in?"
	done
}

load_vifmap()
{
	local dependency

	[ ! -e /sys/module/vifmap ] || return 0
	if [ -z "${VIFMAP_MODULE-}" ]; then
		must modprobe vifmap
		return
	fi
	for dependency in $(modinfo -F depends "$VIFMAP_MODULE" | tr , ' '); do
		must modprobe "$dependency"
	done
	must insmod "$VIFMAP_MODULE"
}

# --- places and devices ----------------------------------------------------

# No IPv6 addresses, so that nobody speaks unasked.
up_line() { echo "link set dev $1 addrgenmode none up mtu $mtu"; }

guest_numbers() { [ "$guests" -eq 0 ] || seq 0 $((guests - 1)); }

new_places()
{
	local place places=(host wire)

	case $guests in
	0) ;;
	1) places+=(g0) ;;
	2) places+=(g0 g1) ;;
	*) places+=(g0 g1 crowd) ;;
	esac
	for place in "${places[@]}"; do
		must ip netns add "$prefix$place"
		at "$place" tee /proc/sys/net/ipv6/conf/{all,default}/disable_ipv6 \
			<<<1 >/dev/null
	done
}

# The wire and the host's card
new_pdev()
{
	at host ip -batch - <<-END
	link add eth0 address $mac_host type veth peer name wire0 address $mac_wire netns ${prefix}wire
	$(up_line eth0)
	END
	at wire ip -batch - <<-END
	$(up_line wire0)
	address add $v4_wire/24 dev wire0
	END
}

# What the host's end of guests is, as lines for ip: veths or taps
vif_lines()
{
	local i

	for i in $(guest_numbers); do
		find_guest "$i"
		if [ "$kind" = veth ]; then
			echo "link add v$i type veth peer name g$i address" \
				"$guest_mac netns $prefix$guest_place"
		else
			echo "tuntap add dev v$i mode tap vnet_hdr"
		fi
		up_line "v$i"
	done
}

new_vifs() { vif_lines | at host ip -batch -; }

# The ends of guests from FIRST to LAST, in one place
guest_lines()
{
	local i

	for ((i = $1; i <= $2; i++)); do
		up_line "g$i"
		[ "$i" -ge 2 ] ||
			echo "address add $(guest_v4 "$i")/24 dev g$i"
	done
}

# The guests' ends up, and with an address for those that may need one
guests_up()
{
	[ "$kind" = veth ] || return 0
	[ "$guests" -lt 1 ] || guest_lines 0 0 | at g0 ip -batch - || return
	[ "$guests" -lt 2 ] || guest_lines 1 1 | at g1 ip -batch - || return
	[ "$guests" -lt 3 ] ||
		guest_lines 2 $((guests - 1)) | at crowd ip -batch -
}

# Sets the address of the host on DEV.
host_on() { at host ip address add $v4_host/24 dev "$1"; }

# Each knows the others' addresses: nobody has to ask, and nobody times out.
neighbour_lines()
{
	local dev=$1 i

	echo "neighbour replace $v4_wire lladdr $mac_wire dev $dev nud permanent"
	echo "neighbour replace $v4_host lladdr $mac_host dev $dev nud permanent"
	for i in 0 1; do
		echo "neighbour replace $(guest_v4 $i) lladdr $(guest_mac $i)" \
			"dev $dev nud permanent"
	done
}

know_each_other()
{
	neighbour_lines wire0 | at wire ip -batch - || return
	[ -z "$host_dev" ] ||
		neighbour_lines "$host_dev" | at host ip -batch - || return
	[ "$kind" = veth ] || return 0
	[ "$guests" -lt 1 ] || neighbour_lines g0 | at g0 ip -batch - || return
	[ "$guests" -lt 2 ] || neighbour_lines g1 | at g1 ip -batch -
}

# --- no switch -------------------------------------------------------------

build_none()
{
	[ "$guests" -eq 1 ] || die "none joins one guest only"
	host_dev=''
	if [ "$kind" = veth ]; then
		at wire ip link add wire0 address $mac_wire mtu "$mtu" type veth \
			peer name g0 address "$(guest_mac 0)" netns "${prefix}g0"
	else
		at wire ip tuntap add dev v0 mode tap vnet_hdr &&
			at wire ip link set v0 name wire0 address $mac_wire
	fi || return
	at wire ip -batch - <<-END
	$(up_line wire0)
	address add $v4_wire/24 dev wire0
	END
}

build_plain()
{
	host_dev=eth0
	new_pdev && host_on eth0
}

# --- vifmap ----------------------------------------------------------------

# A veth's peer is mapped by itself.
attach_lines()
{
	local i

	for i in $(guest_numbers); do
		find_guest "$i"
		if [ "$kind" = veth ]; then
			echo "attach v$i pdev eth0"
		else
			echo "attach v$i pdev eth0 mac $guest_mac"
		fi
	done
}

build_vifmap()
{
	load_vifmap
	host_dev=eth0
	new_pdev && new_vifs && guests_up && host_on eth0 &&
		attach_lines | at host vifmap -b -
}

# --- bridge ----------------------------------------------------------------

# A bridge's netfilter hooks are there when the module is, in every namespace;
# where something else uses it, the switch of the namespace has to do.
no_br_netfilter()
{
	[ -e /sys/module/br_netfilter ] || return 0
	modprobe -r br_netfilter 2>/dev/null && return
	say "br_netfilter is in use: switched off, which is not quite free"
	at host tee /proc/sys/net/bridge/bridge-nf-call-{arp,ip,ip6}tables \
		<<<0 >/dev/null
}

new_bridge()
{
	local i

	host_dev=br0
	new_pdev && new_vifs && guests_up || return
	{
		echo "link add br0 address $mac_host type bridge forward_delay 0"
		echo "link set eth0 master br0"
		for i in $(guest_numbers); do
			echo "link set v$i master br0"
		done
		up_line br0
	} | at host ip -batch - && host_on br0 || return
	{
		echo "fdb replace $mac_wire dev eth0 master static"
		for i in $(guest_numbers); do
			find_guest "$i"
			echo "fdb replace $guest_mac dev v$i master static"
		done
	} | at host bridge -batch -
}

build_bridge() { no_br_netfilter; new_bridge; }

build_bridge-nf()
{
	load_modules br_netfilter
	at host tee /proc/sys/net/bridge/bridge-nf-call-iptables <<<1 \
		>/dev/null && at host iptables -A FORWARD -m physdev --physdev-is-bridged \
			-j ACCEPT && new_bridge
}

# --- macvlan and macvtap ---------------------------------------------------

macvlan_lines()
{
	local i

	for i in $(guest_numbers); do
		find_guest "$i"
		if [ "$kind" = veth ]; then
			echo "link add link eth0 name g$i address" \
				"$guest_mac netns $prefix$guest_place" \
				"type macvlan mode bridge"
		else
			echo "link add link eth0 name v$i address" \
				"$guest_mac type macvtap mode bridge"
			up_line "v$i"
		fi
	done
}

build_macvlan()
{
	host_dev=eth0
	new_pdev && macvlan_lines | at host ip -batch - && guests_up &&
		host_on eth0
}

# --- Open vSwitch ----------------------------------------------------------

ovs() { at host env "${ovs_env[@]}" "$@"; }

ovs_daemon()
{
	ovs "$@" --no-chdir -vconsole:off -vsyslog:off --pidfile --detach \
		--log-file="$work/ovs.log" || return
	peer_pids+=("$(cat "$work/${1##*/}.pid")")
}

build_ovs()
{
	local i add=(-- set bridge br0 "other-config:hwaddr=\"$mac_host\"")

	load_modules openvswitch
	ovs_env=("OVS_RUNDIR=$work" "OVS_DBDIR=$work" "OVS_LOGDIR=$work"
		"OVS_SYSCONFDIR=$work")
	host_dev=br0
	new_pdev && new_vifs && guests_up || return
	ovsdb-tool create "$work/conf.db" \
		/usr/share/openvswitch/vswitch.ovsschema &&
		ovs_daemon ovsdb-server "$work/conf.db" \
			--remote="punix:$work/db.sock" &&
		ovs ovs-vsctl --no-wait init &&
		ovs_daemon ovs-vswitchd "unix:$work/db.sock" || return
	for i in eth0 $(guest_numbers | sed 's/^/v/'); do
		add+=(-- add-port br0 "$i")
	done
	ovs ovs-vsctl add-br br0 "${add[@]}" || return
	up_line br0 | at host ip -batch - && host_on br0 || return
	ovs ovs-appctl fdb/add br0 eth0 0 $mac_wire || return
	for i in $(guest_numbers); do
		ovs ovs-appctl fdb/add br0 "v$i" 0 "$(guest_mac "$i")" || return
	done
}

# --- tc --------------------------------------------------------------------

# tc_unicast DEV HOOK PRIO [EXCEPT]: a filter for each guest's address
tc_unicast()
{
	local i

	for i in $(guest_numbers); do
		[ "$i" != "${4-}" ] || continue
		find_guest "$i"
		echo "filter add dev $1 $2 protocol all prio $3 flower dst_mac" \
			"$guest_mac action mirred egress redirect dev v$i"
	done
}

# tc has room for 32 actions in a filter.
tc_broadcast()
{
	local i

	[ "$guests" -gt 0 ] && [ "$guests" -le 30 ] || return 0
	echo "filter add dev eth0 ingress protocol all prio 2 flower dst_mac" \
		"ff:ff:ff:ff:ff:ff $(for i in $(guest_numbers); do
			echo "action mirred egress mirror dev v$i"
		done | tr '\n' ' ')"
}

# To the host: into the ingress of its card, where nothing matches its address
tc_lines()
{
	local i

	echo "qdisc add dev eth0 clsact"
	tc_unicast eth0 ingress 1
	tc_broadcast
	tc_unicast eth0 egress 1
	for i in $(guest_numbers); do
		echo "qdisc add dev v$i clsact"
		tc_unicast "v$i" ingress 1 "$i"
		echo "filter add dev v$i ingress protocol all prio 2 flower" \
			"dst_mac $mac_host action skbedit ptype host" \
			"action mirred ingress redirect dev eth0"
		echo "filter add dev v$i ingress protocol all prio 3 matchall" \
			"action mirred egress redirect dev eth0"
	done
}

build_tc()
{
	load_modules cls_flower cls_matchall act_mirred act_skbedit
	host_dev=eth0
	new_pdev && new_vifs && guests_up && host_on eth0 &&
		at host ethtool -K eth0 hw-tc-offload off >/dev/null 2>&1
	tc_lines | at host tc -batch -
}

# --- packet sockets --------------------------------------------------------

# The host keeps its card; its own frames for guests do not get there.
build_raw()
{
	local i map=()

	host_dev=eth0
	new_pdev && new_vifs && guests_up && host_on eth0 || return
	for i in $(guest_numbers); do
		map+=("v$i" "$(guest_mac "$i")")
	done
	: >"$work/raw"
	background host rawswitch eth0 $mac_host "${map[@]}" >"$work/raw"
	peer_pids+=($!)
	until grep -q ready "$work/raw"; do
		kill -0 $! 2>/dev/null || return
		sleep 0.05
	done
}

# --- to work ---------------------------------------------------------------

bench_build()
{
	peer=$1 kind=$2 guests=$3
	work=$(mktemp -d) || exit
	new_places
	"build_$peer" || die "cannot set up $peer with $kind"
	[ "$peer" != none ] || must guests_up
	must know_each_other
	wait_settled
}

# A device that has just come up loses frames until its queue is on.
settled()
{
	at "$1" ip -oneline link show dev "$2" | grep -qE 'state (UP|UNKNOWN)'
}

# All of a place that are up, since there may be many
all_settled()
{
	! at "$1" ip -oneline link show up | grep -v ' lo: ' |
		grep -vqE 'state (UP|UNKNOWN)'
}

# A tap that nobody has opened is not up, and stays so until somebody does.
wait_settled()
{
	local place

	for place in host wire g0 g1 crowd; do
		[ -e "/run/netns/$prefix$place" ] || continue
		[ "$kind" = veth ] || continue
		until all_settled "$place"; do sleep 0.05; done
	done
	[ "$kind" = tap ] && [ "$peer" != none ] || return 0
	until settled host eth0 && settled wire wire0; do sleep 0.05; done
}

bench_remove()
{
	local name pid

	for pid in ${peer_pids[@]+"${peer_pids[@]}"}; do
		kill "$pid" 2>/dev/null
		while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
	done
	peer_pids=()
	for name in /run/netns/"$prefix"*; do
		[ ! -e "$name" ] || echo "netns del ${name##*/}"
	done | ip -force -batch -
	[ -z "${work-}" ] || rm -rf "$work"
	work='' peer=''
}

trap bench_remove EXIT
trap 'exit 1' HUP INT TERM
