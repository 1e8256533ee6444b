#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bridge fdb shows every entry of a large map, once, and is told of changes,
# once. The map takes several messages, so the kernel has to find its place in
# it again.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |
#              v0
#             tap: 2000 entries

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge

addresses()
{
	local i

	for ((i = 0; i < 2000; i++)); do
		printf '02:00:00:01:%02x:%02x\n' $((i / 256)) $((i % 256))
	done
}

# A pair of changes, until there is something to be seen
poke()
{
	bridge fdb add 02:00:00:00:0b:01 dev vifmap0 self via v0 static
	bridge fdb del 02:00:00:00:0b:01 dev vifmap0 self
	[ -s "$tmp/fdb" ]
}

topology tap
addresses >"$tmp/want"
must vifmap dev set vifmap0 max-macs 4096
must bridge -batch - < <(sed 's/.*/fdb add & dev vifmap0 self via v0 static/' \
	"$tmp/want")
is "each entry of the map is shown once" \
	"$(bridge fdb show dev vifmap0 | sed -n 's/^\(02:00:00:01[^ ]*\) .*/\1/p' |
		sort | uniq -c | awk '{ print $1, $2 }' |
		diff - <(sed 's/^/1 /' "$tmp/want") | head -n 5)" ''
is "and those that there were before" \
	"$(bridge fdb show dev vifmap0 | wc -l)" 2002

background host bridge monitor fdb >"$tmp/fdb"
wait_until poke
a=02:00:00:00:0a:01
check "an entry comes" bridge fdb add $a dev vifmap0 self via v0 static
check "an entry goes" bridge fdb del $a dev vifmap0 self
wait_until has_line "^Deleted $a " "$tmp/fdb"
is "both are told, once" "$(grep -c "^$a " "$tmp/fdb") $(
	grep -c "^Deleted $a " "$tmp/fdb")" "1 1"
finish
