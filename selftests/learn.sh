#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A vif with `learn N` gets up to N source addresses mapped as it uses them,
# never the host's or another vif's. They stay until the vif is detached, or
# until the wire broadcasts with one of them.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
first=02:00:00:00:0a:01 second=02:00:00:00:0a:02 third=02:00:00:00:0a:03

learned()
{
	vifmap mac show vif v1 | sed -n 's/ dev.* origin learned.*//p' | sort |
		paste -s -d ' '
}

learned_are() { [ "$(learned)" = "$1" ]; }

must start_monitor
must vifmap port set v1 learn 2
flow "the first new source passes" v1 wire src=$first -- wire
flow "and the second, in a broadcast" v1 broadcast src=$second -- wire host v0
flow "the third does not" v1 wire src=$third --
check "both become entries, and no more" wait_until learned_are \
	"$first $second"
check "an alert says that there is no room" wait_until has_line \
	'"type":"limit".*'$third "$tmp/events"
flow "they can be reached" v0 $first -- v1
flow "they can be reached from the wire" wire $second -- v1
flow "they are sticky" v1 wire src=$first -- wire
for owner in host v0; do
	flow "the address of $owner is never learned" v1 wire \
		src="${mac[$owner]}" --
done
flow "another vif may not use a learned one" v0 wire src=$first --

flow "the wire broadcasts with one of them" wire broadcast src=$first -- host
check "it leaves the map" wait_until learned_are $second
check "an alert says so" wait_until has_line \
	'"type":"moved".*'$first "$tmp/events"
check "and the event says why" wait_until has_line \
	'"event":"mac-del".*'$first'.*"reason":"moved"' "$tmp/events"
flow "it lives beyond the wire again" v0 $first -- wire

must vifmap detach v1
must vifmap attach v1 pdev eth0 mac "${mac[v1]}"
is "nothing is left after a detach" "$(learned)" ""
flow "nor is anything learned any more" v1 wire src=$second --
finish
