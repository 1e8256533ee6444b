#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A vifmap device goes while work of it is under way and more is to follow: it is
# deleted, the module is unloaded, its pdev is deleted. Each time its memory stays
# until the work has ended, and what was left to the work is not forgotten.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap
#
# The work wants RTNL, so its turn comes when we like. One program holds RTNL,
# then those that want it get it in the order in which they came: what deletes
# the device, a second program that holds it, the work, which a refused frame has
# called for. So the device is unregistered and the work still waits. As this
# stops everybody else's changes, too, the test runs alone.

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands hold_rtnl
[ -e /proc/sys/vm/unprivileged_userfaultfd ] ||
	skip "the kernel has no userfaultfd (USERFAULTFD)"
[ -e /proc/self/stack ] || skip "the kernel does not say what tasks wait for"

learned=02:00:00:00:0a:01 spoofed=02:00:00:00:0b:01

# waits_in TASK FUNCTION: it sleeps there, or in what that has called
waits_in()
{
	has_line ') D ' "/proc/$1/stat" && has_line " $2+" "/proc/$1/stack"
}

work_waits()
{
	local stack

	stack=$(grep -ls ' vifmap_work+' /proc/[0-9]*/stack) || return
	waits_in "$(basename "${stack%/stack}")" vifmap_work
}

waits_for_work()
{
	waits_in "$1" vifmap_dev_destroy && waits_in "$1" __flush_work
}

ended() { [ ! -e "/proc/$1/stat" ] || has_line ') Z ' "/proc/$1/stat"; }
waits_or_ended() { waits_for_work "$1" || ended "$1"; }

# let_go TASK: of RTNL, or of events
let_go() { kill "$1" && { wait "$1" 2>/dev/null || :; }; }

# has_event NAME: one about the learned address
has_event() { has_line '"event":"'"$1"'".*'"$learned" "$tmp/events"; }

# An address is learned, and the work for that has run: it says so.
prepare()
{
	attach_vifs
	must vifmap port set v1 learn 1
	must start_monitor
	monitor=${pids[-1]}
	flow "an address is learned" v1 wire src=$learned -- wire
	must wait_until has_event mac-add
}

# goes_with_work NAME FUNCTION COMMAND...: the command sets remover to the task
# that removes the device, and it wants RTNL in FUNCTION
goes_with_work()
{
	local name=$1 function=$2 first second remover

	shift 2
	background host hold_rtnl >"$tmp/first"
	first=$!
	must wait_until has_line held "$tmp/first"
	"$@"
	must wait_until waits_in "$remover" "$function"
	background host hold_rtnl >"$tmp/second"
	second=$!
	must wait_until waits_in $second dev_ethtool
	flow "$name: a frame is refused" v0 wire src=$spoofed --
	check "there is work, which waits" wait_until work_waits
	flow "for more, the learned address is let go" \
		wire broadcast src=$learned -- host

	must let_go $first
	must wait_until has_line held "$tmp/second"
	must wait_until waits_or_ended "$remover"
	check "the device stays until it has ended" waits_for_work "$remover"
	must let_go $second
	check "and goes then" wait "$remover"
	check "who listens knows of the address" wait_until has_event mac-del
	let_go "$monitor"
}

delete_group()
{
	remover=$ip
	echo "link del group 7" >&"$to_ip"
	exec {to_ip}>&-
}

# deleted_with_work NAME DEVICE: what ip asks before it deletes anything wants
# RTNL, too. That is over once it has done something else, and a group, unlike a
# name, need not be looked up.
deleted_with_work()
{
	local name=$1 to_ip ip

	must ip link set "$2" group 7
	exec {to_ip}> >(exec ip -batch - >"$tmp/ip")
	ip=$!
	pids+=("$ip")
	echo "link show dev lo" >&"$to_ip"
	must wait_until has_line ' lo:' "$tmp/ip"
	goes_with_work "$name" rtnetlink_rcv_msg delete_group
}

unload()
{
	background host rmmod vifmap
	remover=$!
}

build veth tap
prepare
deleted_with_work "delete the device" vifmap0
check "no device is left" has_no_link vifmap0

prepare
goes_with_work "unload the module" rtnl_link_unregister unload
check "it has gone" test ! -e /sys/module/vifmap
must load_module

prepare
deleted_with_work "delete the pdev" eth0
check "neither is left" test "$(ip -o link | grep -cE 'vifmap0|eth0')" -eq 0
is "the vifs are free" "$(master_of v0)$(master_of v1)" ""
finish
