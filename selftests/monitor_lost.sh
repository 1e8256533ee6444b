#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A monitor that does not read for a while is told that it missed something, once
# it reads again, and goes on from there. Another one that reads all the time
# misses nothing.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |
#              v0
#             veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands setpriv
changes=0

is_stopped() { grep -q '^State:.*T' "/proc/$1/status"; }

# changes_seen FILE: how often v0 was changed
changes_seen() { grep -c '"event":"port-change"' "$1"; }

# netlink_sum PID COLUMN: over its sockets, of a column of /proc/net/netlink
netlink_sum()
{
	local inodes

	inodes=$(readlink "/proc/$1/fd/"* | sed -n 's/^socket:\[\(.*\)\]$/\1/p')
	awk -v inodes="${inodes//$'\n'/ }" -v column="$2" '
		BEGIN { split(inodes, list); for (i in list) own[list[i]] }
		$10 in own { sum += $column }
		END { print sum + 0 }' /proc/net/netlink
}

# The kernel had no room for an event that the process was to get.
has_lost() { [ "$(netlink_sum "$1" 9)" -gt 0 ]; }

# Nothing waits for it any more: until then the kernel adds nothing, either.
has_read_all() { [ "$(netlink_sum "$1" 5)" -eq 0 ]; }

# An administrator's has room for some thousand events; without that privilege
# it is what the kernel gives to anybody: some hundreds, on newer ones thousands.
build veth
attach_vifs
must start_monitor
background host setpriv --reuid=65534 --regid=65534 --clear-groups \
	--no-new-privs vifmap -j monitor >"$tmp/slow" 2>"$tmp/message"
slow=$!
must wait_until poke_monitor "$tmp/slow"

must kill -STOP $slow
must wait_until is_stopped $slow
for ((i = 0; i < 1000; i++)); do
	echo "port set v0 isolated on"
	echo "port set v0 isolated off"
done >"$tmp/batch"
while ! has_lost $slow && [ $changes -lt 50000 ]; do
	must vifmap -b "$tmp/batch"
	changes=$((changes + 2000))
done
check "there is no room for all of $changes events" has_lost $slow
must kill -CONT $slow
check "it says that events were lost" wait_until has_line '"event":"lost"' \
	"$tmp/slow"
check "in words, too" has_line "events were lost" "$tmp/message"
must wait_until has_read_all $slow
must vifmap mac add 02:00:00:00:0a:01 vif v0
for monitor in slow events; do
	check "$monitor: what comes after that is seen" wait_until has_line \
		'"event":"mac-add".*"addr":"02:00:00:00:0a:01"' "$tmp/$monitor"
done
got=$(changes_seen "$tmp/slow")
check "it got some of the changes, but not all: $got" \
	test "$got" -gt 0 -a "$got" -lt $changes
is "who reads gets all of them" "$(changes_seen "$tmp/events")" $changes
is "and is told of no loss" "$(grep -c '"event":"lost"' "$tmp/events")" 0
must kill $slow
wait $slow
is "it ends when it is told to" $? 0
finish
