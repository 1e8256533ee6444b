#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# table-a.sh OUTDIR - A: what a packet costs, in instructions, on each path
# through each switch. See lib-cost.sh for how it is counted. From the
# environment, all when empty:
#
#   PATHS    the paths
#   PEERS    the switches
#   ENTRIES  how many addresses vifmap is to know
#
# Machine: icount
# Packages: iproute2 iptables openvswitch-switch util-linux gcc libc6-dev make
set -u

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib-cost.sh
. "$bench/lib-cost.sh"
# shellcheck source=lib-switches.sh
. "$bench/lib-switches.sh"

outdir=${1:?}
csv=$outdir/A-cost.csv
paths=${PATHS:-wire-to-veth veth-to-veth queued veth-to-wire copy-direct
	copy-queued host-receive host-to-wire host-to-vif wire-to-tap
	wire-to-tap-queued tap-to-wire wire-to-vhost vhost-to-wire}
# Those that load modules with hooks for everybody come late.
peers=${PEERS:-bare vifmap macvlan tc-matchall tc-flower bridge raw bridge-nf
	ovs}
if [ "$QUICK" = 1 ]; then
	numbers=${ENTRIES:-1 4096}
else
	numbers=${ENTRIES:-1 64 4096 65536}
fi
# How many copies are measured beside one
copies=9
# How much two measurements of the same may differ
tolerance=15
declare -A bare_cost

# Sets goal and stretch; empty where there are none.
find_goal()
{
	local name

	while read -r name goal stretch; do
		[ "$name" = "$1" ] || continue
		[[ $goal != +* ]] ||
			goal=${bare_cost[$1]:+$((bare_cost[$1] + goal))}
		[ "$stretch" != - ] || stretch=
		return
	done < <(grep -v '^#' "$bench/goals")
	goal='' stretch=''
}

# verdict GOAL: sets verdict for `cost`.
verdict()
{
	if [ -z "$1" ]; then
		verdict=
	elif [ "$cost" -le "$1" ]; then
		verdict=pass
	elif [ "$cost" -le $(($1 + tolerance)) ]; then
		verdict="within $tolerance"
	else
		verdict=FAIL
	fi
}

# report PATH PEER ENTRIES: a line about `cost`
report()
{
	local over='' met goal='' stretch='' verdict

	[ "$2" != bare ] || bare_cost[$1]=$cost
	[ -z "${bare_cost[$1]-}" ] || over=$((cost - bare_cost[$1]))
	[ "$2" != vifmap ] || find_goal "$1"
	verdict "$goal"
	met=$verdict
	verdict "$stretch"
	echo "$1,$2,$3,$cost,$over,$floor,$lost,$goal,$met,$stretch,$verdict" \
		>>"$csv"
	say "$1, $2${3:+, $3 entries}: $cost${lost:+, $lost % lost}${goal:+, $(
		)goal $goal: $met}"
}

# What a bare handler does on this path, as the best that vifmap could do
choose_how()
{
	case $1 in
	*queued|*-to-wire) how=queue ;;
	wire-to-tap|wire-to-vhost) how=xmit ;;
	*) how=direct ;;
	esac
}

join()
{
	"join_$peer" "$1"
	joined=$1
}

# count_over_maps ARG...: count_cost with these. How many entries a look-up passes
# is up to chance, and another one with each new map: vifmap has three of them,
# of which the one in the middle counts.
count_over_maps()
{
	local costs=() maps=1 number=$joined

	[ "$peer" != vifmap ] || maps=3
	while :; do
		count_cost "$@"
		costs+=("$cost")
		[ ${#costs[@]} -lt $maps ] || break
		"part_$peer"
		joined=0
		join "$number"
	done
	median "${costs[@]}"
	cost=$median
}

# --- kinds of paths ---

guest_sinks()
{
	local n

	sinks=()
	for ((n = 0; n < $1; n++)); do
		sinks+=("$guest_dev$n")
	done
}

measure_wire-to-veth()
{
	join 1
	guest_sinks 1
	count_over_maps wire1 wire0 "$(guest_mac 0)"
}

measure_queued() { measure_wire-to-veth; }

measure_veth-to-veth()
{
	join 2
	guest_sinks 1
	count_over_maps wire1 "${guest_dev}1" "$(guest_mac 0)" "$(guest_mac 1)"
}

measure_veth-to-wire()
{
	join 1
	sinks=(wire0)
	count_cost wire1 "${guest_dev}0" "$far_address" "$(guest_mac 0)"
}

# What one copy more costs
measure_copy-direct()
{
	local one

	join 1
	guest_sinks 1
	count_cost wire1 wire0 ff:ff:ff:ff:ff:ff
	one=$cost
	join $copies
	guest_sinks $copies
	count_cost wire1 wire0 ff:ff:ff:ff:ff:ff
	cost=$(((cost - one) / (copies - 1)))
}

measure_copy-queued() { measure_copy-direct; }

measure_host-receive()
{
	join 1
	count_cost wire1 wire0 $host_mac
}

measure_host-to-wire()
{
	join 1
	sinks=(wire0)
	cost_generator y0
	count_over_maps free eth0 "$far_address" $host_mac
	cost_generator x0
}

measure_host-to-vif()
{
	join 1
	guest_sinks 1
	cost_generator y0
	count_cost free eth0 "$(guest_mac 0)" $host_mac
	cost_generator x0
}

# --- taps: a guest is a process, which reads and writes the tap itself or has
# vhost-net do it ---

# What is behind the tap
choose_guest()
{
	case $1 in
	*vhost*) guest=vhostio ;;
	*) guest=tapio ;;
	esac
}

settled()
{
	ip -n $host -o link show "$1" | grep -qE 'state (UP|UNKNOWN)'
}

wait_settled()
{
	until settled "$1"; do sleep 0.02; done
}

# A tap that nobody has opened has no carrier. A macvtap comes with joining.
make_tap()
{
	vif_kind=tap
	[ "$peer" != macvlan ] || return 0
	must ip -n $host tuntap add tap0 mode tap
	must ip -n $host link set tap0 up
}

remove_tap()
{
	end_process "$tap_pid"
	"part_$peer"
	joined=0
	[ "$peer" = macvlan ] || must ip -n $host link del tap0
}

tap_file()
{
	if [ "$peer" = macvlan ]; then
		echo "/dev/tap$(ip -n $host -o link show tap0 | cut -d : -f 1)"
	else
		echo tap0
	fi
}

measure_wire-to-tap()
{
	make_tap
	join 1
	start_process "$guest" read "$(tap_file)"
	tap_pid=$process
	wait_settled tap0
	sinks=(tap0)
	count_cost wire1 wire0 "$(guest_mac 0)"
	remove_tap
}

measure_wire-to-tap-queued() { measure_wire-to-tap; }

measure_wire-to-vhost() { measure_wire-to-tap; }

# Sets `nanoseconds` to those that the writer takes for a frame.
run_writer()
{
	local line

	echo >&"${writer[1]}"
	read -r line <&"${writer[0]}" || die "the writer has ended"
	nanoseconds=$((line / frames))
}

# start_writer TAP: one that writes to the wire
start_writer()
{
	coproc writer {
		exec nsenter --net=/run/netns/$host "$guest" write "$1" \
			"$frames" "$far_address" "$(guest_mac 0)"
	}
	# shellcheck disable=SC2154 # coproc sets it
	tap_pid=$writer_PID
}

# count_writer: sets `median` to the median of what a frame takes.
count_writer()
{
	local counts=()

	run_writer
	while [ ${#counts[@]} -lt 3 ]; do
		run_writer
		counts+=("$nanoseconds")
	done
	median "${counts[@]}"
}

# The floor is what a tap takes that no switch has.
writer_floor()
{
	must ip -n $host tuntap add plain mode tap
	must ip -n $host link set plain up
	start_writer plain
	wait_settled plain
	count_writer
	floor=$median
	end_process "$tap_pid"
	must ip -n $host link del plain
}

measure_tap-to-wire()
{
	writer_floor
	make_tap
	join 1
	start_writer "$(tap_file)"
	wait_settled tap0
	sinks=(wire0)
	arrived
	begin=$count
	count_writer
	cost=$((median - floor))
	note_lost $((4 * frames))
	remove_tap
}

measure_vhost-to-wire() { measure_tap-to-wire; }

# --- to work ---

measure()
{
	path=$1 peer=$2 entries=$3
	joined=0 guest_dev=e renewal=renew vif_kind=veth sinks=() lost=''
	"knows_$peer" "$path" || return
	choose_how "$path"
	choose_guest "$path"
	"measure_$path"
	[ "$joined" -eq 0 ] || "part_$peer"
	return 0
}

# Only vifmap is told how many addresses there are, and only on these paths.
measure_vifmap_entries()
{
	local number

	for number in $numbers; do
		measure "$1" vifmap "$number"
		report "$1" vifmap "$number"
	done
}

# A kernel without vhost-net has no such paths.
drop_unknown()
{
	local some=() path

	modprobe -q vhost_net
	for path in $paths; do
		if [[ $path == *vhost* && ! -c /dev/vhost-net ]]; then
			say "$path: this kernel has no vhost-net"
		else
			some+=("$path")
		fi
	done
	paths=${some[*]-}
}

remove_scratch() { rm -rf "$scratch"; }

enter_far "$@"
scratch=$(mktemp -d)
at_end+=(remove_scratch)
cost_begin
must modprobe tun
drop_unknown
need_guests $copies
echo "path,peer,entries,cost,over_bare,floor,lost_percent,goal,goal_met$(
	),stretch,stretch_met" >"$csv"
for peer in $peers; do
	for path in $paths; do
		case $peer:$path in
		vifmap:wire-to-veth|vifmap:veth-to-veth|vifmap:queued|vifmap:veth-to-wire)
			measure_vifmap_entries "$path" ;;
		*)
			! measure "$path" "$peer" 0 || report "$path" "$peer" '' ;;
		esac
	done
done
