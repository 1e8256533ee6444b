#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A VLAN of trunk guests that the NIC does not take into its filter is tried once,
# whatever else they send, and again when a vif gets trunk anew.
#
# No NIC of the test machine refuses any: there is no memory for what the kernel
# notes of a VLAN, and it counts how often. It is so for every vifmap device, so
# this test runs alone.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |
#              v0               trunk on
#             veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

faults=/sys/kernel/debug/failslab
[ -e $faults/require-start ] ||
	skip "the kernel cannot make allocations fail (FAILSLAB)"
most=1000000

# set_faults NAME VALUE...: of how allocations fail
set_faults()
{
	while [ $# -gt 0 ]; do
		echo "$2" >"$faults/$1" || return
		shift 2
	done
}

# All that vifmap_vlans_sync_rtnl() has allocated for it fails from now on.
refuse_vlans()
{
	local start end

	read -r start end < <(sort /proc/kallsyms | awk '
		!/\[vifmap\]/ { next }
		start && $1 != start { print start, $1; exit }
		$3 == "vifmap_vlans_sync_rtnl" { start = $1 }')
	[ -n "$end" ] && set_faults verbose 0 interval 1 space 0 \
		ignore-gfp-wait N task-filter N stacktrace-depth 32 \
		require-start "0x$start" require-end "0x$end" \
		reject-start 0 reject-end 0 times "$most" probability 100
}

# shellcheck disable=SC2317 # called by cleanup
stop_refusing() { set_faults probability 0 times 1; }

# How often VLANs were refused
refusals() { echo $((most - $(<$faults/times))); }

refused_at_least() { [ "$(refusals)" -ge "$1" ]; }

topology veth
must vifmap port set v0 trunk on
at_end+=(stop_refusing)
must refuse_vlans
for vid in 1 2 3 4 5 6; do
	flow "v0 uses VLAN $vid" v0 wire vlan=$vid -- wire
	check "which is refused" wait_until refused_at_least $vid
	is "once, as those before" "$(refusals)" $vid
done
flow "again" v0 wire vlan=1 count=5 -- wire
must vifmap port set v0 trunk off
must vifmap port set v0 trunk on
is "nothing has changed then" "$(refusals)" 6
flow "it is a new trunk, VLAN 3" v0 wire vlan=3 -- wire
check "it is tried again" wait_until refused_at_least 7
for ((vid = 100; vid < 170; vid++)); do
	ask send v0 wire vlan=$vid || break
done >"$tmp/sent"
is "many VLANs are used" "$(grep -c ^ok "$tmp/sent")" 70
check "each is tried" wait_until refused_at_least 77
must vifmap port set v0 trunk off
is "once" "$(refusals)" 77
finish
