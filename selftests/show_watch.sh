#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap show -w SECONDS shows it all again and again, with rates: on a screen in
# the same place, elsewhere one after the other, until nobody reads any more or
# what is shown has gone.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#            veth  veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq script
topology veth veth

# blocks N FILE: there are N at least
blocks() { [ "$(grep -c '^vifmap0: pdev eth0' "$2")" -ge "$1" ]; }

json_lines() { [ "$(wc -l <"$2")" -ge "$1" ]; }

background host vifmap show -w 0.2 >"$tmp/text"
watcher=$!
check "text, one block after the other" wait_until blocks 3 "$tmp/text"
must ask send v0 wire count=20
frames_seen() { grep -q '^      rx 20 packets 1200 bytes' "$tmp/text"; }
check "the counters are those of now" wait_until frames_seen
check "with rates" grep -qE \
	'^ +rx [1-9][0-9]* packets/s [1-9][0-9]* bytes/s, tx 0 packets/s 0 bytes/s, dropped 0/s$' \
	"$tmp/text"
check "which are zero when nothing comes" wait_until has_line \
	'^ *rx 0 packets/s 0 bytes/s, tx 0 packets/s 0 bytes/s, dropped 0/s$' \
	"$tmp/text"
is "nothing of a screen in it" "$(grep -c $'\033' "$tmp/text")" 0
is "the first block has no rates" "$(sed -n '1,/^$/p' "$tmp/text" |
	grep -c /s)" 0
must kill $watcher

background host vifmap -j show v0 -w 0.2 >"$tmp/json"
watcher=$!
wait_until json_lines 2 "$tmp/json"
must ask send v0 v1 count=300
rated() { jq -se 'map(.[0].vifs[0].stats.rate // empty | ."rx-packets") |
	any(. > 0)' "$tmp/json"; }
check "JSON, an array in each line, with rates" wait_until rated
is "of one vif" "$(head -n 1 "$tmp/json" | jq -r '.[0].vifs[].ifname')" v0
is "no rate at first" "$(head -n 1 "$tmp/json" |
	jq '.[0].vifs[0].stats.rate')" null
# A rate is what the counters have grown by, over about the time between
sane() { jq -se '[.[][0].vifs[0].stats] | [.[] | .rate."rx-packets" // 0] |
	add * 0.2 | . > 0 and . < 301' "$tmp/json"; }
check "they are not more than was sent" sane
must kill $watcher

script -qfec 'vifmap show -w 0.2' "$tmp/screen" >/dev/null 2>&1 </dev/null &
pids+=($!)
cleared() { [ "$(grep -c $'\033\\[H' "$tmp/screen")" -ge 2 ]; }
check "on a screen, in the same place" wait_until cleared

# The end: what was shown has gone, or nobody reads any more
background host vifmap show v1 -w 0.1 >"$tmp/gone" 2>"$tmp/errors"
watcher=$!
must wait_until blocks 1 "$tmp/gone"
must ip link del v1
wait $watcher
is "the vif has gone: status and lines" "$? $(wc -l <"$tmp/errors")" "1 1"
check "head has had enough" head -n 1 <(vifmap show -w 0.1; echo $? >"$tmp/end")
check "so it ends" wait_until has_line '^1$' "$tmp/end"

for seconds in 0 -1 x 1x nan inf 86401 ''; do
	refused '-w wants seconds' 2 vifmap show -w "$seconds"
done
refused '-w wants a value' 2 vifmap show v0 -w
refused 'too much' 2 vifmap show v0 -w 1 2
finish
