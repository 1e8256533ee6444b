#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tool's own manners: usage errors are one line and status 2, output is
# valid JSON, -b, -n, abbreviations and help do what iproute2's do.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |
#              v0

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq
topology veth
usage() { refused "$1" 2 vifmap "${@:2}"; }

usage 'nonsense' nonsense
usage 'nonsense' dev nonsense
usage 'nonsense' mac add nonsense vif v0
usage 'MAC|address' mac add 02:00:00:00:0a vif v0
usage 'MAC|address' mac add 02:00:00:00:0a:01:02 vif v0
usage 'vif' mac add 02:00:00:00:0a:01
usage '' attach
usage 'pdev' attach v0
usage '' detach
usage '' mac flush
usage 'maybe' port set v0 trunk maybe
usage 'trunk' port set v0 trunk
usage 'colour' port set v0 colour blue
usage 'learn' port set v0 learn -1
usage 'learn' port set v0 learn 99999999999
usage 'link-local' port set v0 link-local 0x10000
usage '' -b
usage '"-Z"' -Z
refused 'learn' 1 vifmap port set v0 learn 1025
refused 'nothere' 1 vifmap -b nothere
refused 'nothere' 1 vifmap -n nothere show

check "help" grep -q 'attach' <(vifmap help)
for command in attach detach show dev port mac stats monitor save apply \
	doctor import-bridge; do
	check "$command help" grep -q "$command" <(vifmap $command help)
done
check "-V" grep -qE '^vifmap [0-9.]+, module [0-9.]+$' <(vifmap -V)

for command in show 'dev show' 'port show' 'mac show' stats save; do
	# shellcheck disable=SC2086 # words
	check "$command: JSON" jq -e 'type == "array" and length > 0' \
		<(vifmap -j $command)
done
check "-p: the same JSON" diff <(vifmap -j port show | jq -S .) \
	<(vifmap -j -p port show | jq -S .)
check "nothing is []" test "$(vifmap -j -n "${prefix}wire" show)" = '[]'
must ask send v0 wire count=3
is "three frames are in the JSON counters" \
	"$(vifmap -j stats v0 | jq '.[].ends[]."rx-packets"')" 3
is "and in the words" "$(vifmap stats v0 | sed -n 's/ *rx-packets //p')" 3

printf '%s\n' 'mac add 02:00:00:00:0a:01 vif v0' '# a comment' '' \
	'port set v0 trunk on' >"$tmp/batch"
check "-b FILE" vifmap -b "$tmp/batch"
check "all of it was done" grep -q 'trunk on' <(vifmap port show v0)
check "-b -" vifmap -b - <<<'mac del 02:00:00:00:0a:01'
printf '%s\n' 'port set v0 trunk off' 'mac add 00:00:00:00:00:00 vif v0' \
	>"$tmp/batch"
vifmap -b "$tmp/batch" 2>"$tmp/errors"
is "a bad line of a batch: status" $? 1
check "it is named" grep -q "batch:2:" "$tmp/errors"
check "-n" grep -q 'v0' <(at wire vifmap -n "${prefix}host" port show)
is "abbreviations" "$(vifmap po sh vif v0)" "$(vifmap port show vif v0)"
is "no subcommand: show" "$(vifmap port)" "$(vifmap port show)"
is "list is show" "$(vifmap dev list)" "$(vifmap dev show)"
finish
