# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-cost.sh - counts instructions a packet, in a machine that counts time in
# instructions
#
# Two namespaces: the host, and "far", where the wire and the guests are:
#
#     far   x0     wire0  wire1   e0 e1 ...     y0
#           |        |      |      |  |          |
#     far   x1     eth0   free    v0 v1 ...     y1    host
#
# pktgen transmits on x0 (or y0). It keeps a reference to each frame, for which
# every receiver would have to pay with a copy; so what x1 receives is copied by
# the module in bare/ and sent on from wire0, say, as a NIC's frame would be:
# held by nobody else. With pktgen's mode netif_receive the frame would not come
# by way of the softirq that receives, and whatever is queued would have to pay
# for a softirq of its own.
#
# What all that costs, and what it costs to receive a frame that nobody wants,
# is the floor: the same frame sent from wire1, received by a plain device. It is
# measured anew before each path. The cost is the difference of two medians of
# three.

far=vifmap-bench-far
host=vifmap-bench-host
pktgen=/proc/net/pktgen
frames=${FRAMES:-4096}
guests=0

on_host() { nsenter --net=/run/netns/$host "$@"; }

# The caller goes on in the far namespace: pktgen's files are those of whoever
# opens them, and no program needs to be started for them.
enter_far()
{
	[ "${BENCH_FAR-}" != y ] || return 0
	must ip netns add $far
	must ip netns add $host
	BENCH_FAR=y exec nsenter --net=/run/netns/$far "$BASH" "$0" "$@"
}

# pair NAME PLACE PEER: two ends, the second one in the far namespace; with
# addresses that never change
pair()
{
	must ip link add "$3" type veth peer name "$1" netns "$2"
	must ip link set "$3" up
	must ip -n "$2" link set "$1" up
}

remove_namespaces()
{
	local name

	for name in $host $far; do
		[ ! -e "/run/netns/$name" ] || ip netns del "$name"
	done
}

host_mac=02:00:00:00:00:01
source_mac=02:00:00:00:00:aa

guest_mac() { printf '02:00:00:00:01:%02x' "$1"; }

# Sets up all but the guests.
cost_begin()
{
	at_end+=(remove_namespaces)
	must modprobe -a veth pktgen
	load_bare
	sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
	on_host sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
	pair x1 $far x0
	pair y1 $host y0
	pair eth0 $host wire0
	pair free $host wire1
	must ip -n $host link set eth0 address $host_mac
	must ip -n $host link set free address $host_mac
	cost_generator x0
}

# Guests up to this number, from 0; each owns the address that is sent to
need_guests()
{
	while [ $guests -lt "$1" ]; do
		pair v$guests $host e$guests
		must ip link set e$guests address "$(guest_mac $guests)"
		guests=$((guests + 1))
	done
}

# Says what of pktgen's files did not take.
tell()
{
	echo "$2" 2>/dev/null >"$pktgen/$1" ||
		die "pktgen does not take \"$2\" for $1"
}

no_generator()
{
	local file

	for file in "$pktgen"/*; do
		case ${file##*/} in
		kpktgend_*|pgctrl) ;;
		*) return 1 ;;
		esac
	done
}

# The kernel's thread removes them when it gets to it, and with them what has been
# added meanwhile.
remove_generators()
{
	no_generator && return
	tell kpktgend_0 rem_device_all
	until no_generator; do sleep 0.01; done
}

# cost_generator DEVICE: pktgen transmits on this one from now on.
cost_generator()
{
	local word

	generator=$1
	remove_generators
	tell kpktgend_0 "add_device $1"
	for word in 'pkt_size 60' 'clone_skb 0' 'burst 1' 'delay 0' \
		"count $frames" 'xmit_mode start_xmit' \
		'dst 198.18.0.42' 'src_min 198.18.0.1' 'src_max 198.18.0.1'; do
		tell "$1" "$word"
	done
}

bare() { echo "$*" >/sys/kernel/debug/vifmap_bare || die "bare: $*"; }

# bare_host WORDS: the same, with names of the host's devices
bare_host()
{
	on_host sh -c 'echo "$*" >/sys/kernel/debug/vifmap_bare' - "$@" ||
		die "bare, host: $*"
}

# Sets `nanoseconds` to those that a frame took.
run_pktgen()
{
	local try

	# The result of the run before goes.
	tell "$generator" 'delay 0'
	tell pgctrl start
	nanoseconds=''
	for ((try = 0; try < 1000; try++)); do
		read_pktgen
		[ -z "$nanoseconds" ] || return 0
		sleep 0.01
	done
	die "pktgen did not send"
}

# The kernel's thread looks every tenth of a second whether it is to send, and
# whoever starts it waits for that hardly longer: where something else has to be
# done first, it has not begun.
read_pktgen()
{
	local lines line

	mapfile -t lines <"$pktgen/$generator"
	for line in "${lines[@]}"; do
		[[ ! $line =~ OK:\ ([0-9]+)\( ]] ||
			nanoseconds=$((BASH_REMATCH[1] * 1000 / frames))
	done
}

# renew OUT: where what pktgen sends is sent from
renew()
{
	case $generator in
	x0) bare x1 "$renewal" "$1" ;;
	y0) bare_host y1 "$renewal" "$1" ;;
	esac
}

# What has to be looked up, learned or asked for is, before anything is counted.
warm_up()
{
	tell "$generator" 'count 64'
	for out; do
		renew "$out"
		run_pktgen
	done
	sleep 0.1
	tell "$generator" "count $frames"
}

# count_cost FLOOR OUT DESTINATION [SOURCE]: sets `cost` and `floor`. Frames that
# have arrived at the end are counted by arrived, see there.
renewal=renew
count_cost()
{
	local floors=() costs=()

	tell "$generator" "dst_mac $3"
	tell "$generator" "src_mac ${4-$source_mac}"
	warm_up "$1" "$2"
	arrived
	begin=$count
	while [ ${#costs[@]} -lt 3 ]; do
		renew "$1"
		run_pktgen
		floors+=("$nanoseconds")
		renew "$2"
		run_pktgen
		costs+=("$nanoseconds")
	done
	median "${floors[@]}"
	floor=$median
	median "${costs[@]}"
	cost=$((median - floor))
	note_lost $((3 * frames))
}

# The devices whose place is where the sinks are
sink_counters()
{
	if [[ ${sinks[*]-} == tap* ]]; then
		on_host cat /proc/net/dev
	else
		cat /proc/net/dev
	fi
}

# Sets `drops` to the frames that found no place in a processor's queue. The
# device that they were for has them among those that nobody wants.
backlog_drops()
{
	local words

	drops=0
	while read -ra words; do
		drops=$((drops + 16#${words[1]}))
	done </proc/net/softnet_stat
}

# Sets `count` to the frames that have arrived at the devices in sinks, which
# are the far ones: all that nobody there wants. What is of IP is not even
# that, and only its arrival is counted. Behind a tap, it is what it has sent.
arrived()
{
	local words packets=2 dropped=4 sent=10 which drops

	which=$dropped
	[ "$renewal" = renew ] || which=$packets
	[[ ${sinks[*]-} != tap* ]] || which=$sent
	# A macvtap receives what it has for its reader.
	[[ ${sinks[*]-}:$peer != tap*:macvlan ]] || which=$packets
	sleep 0.1
	backlog_drops
	count=$((-drops))
	while IFS=' :' read -ra words; do
		[[ " ${sinks[*]-} " != *" ${words[0]} "* ]] ||
			count=$((count + words[which]))
	done < <(sink_counters)
}

# note_lost FRAMES: sets `lost` to the percentage that has not arrived.
note_lost()
{
	local expected=$(($1 * ${#sinks[@]}))

	lost=
	[ $expected -gt 0 ] || return 0
	arrived
	lost=$(((expected - count + begin) * 100 / expected))
}

# --- programs ---

# A program in the host's namespace that says when it is ready. It goes before
# pktgen, so that each frame takes the whole path before the next one is sent,
# and the processor never has nothing to do.
start_process()
{
	local line

	exec {process_out}< <(exec nsenter --net=/run/netns/$host \
		chrt -f 1 "$@")
	process=$!
	read -r line <&$process_out
	exec {process_out}<&-
	[ "$line" = ready ] || die "$1 does not work"
}

end_process()
{
	kill "$1"
	wait "$1" 2>/dev/null
	while kill -0 "$1" 2>/dev/null; do sleep 0.01; done
}
