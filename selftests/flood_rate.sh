#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# flood-rate bounds how many broadcast and multicast frames a vif, or the wire,
# gets copied; the rest is dropped and counted, none is lost without a count.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
# arrived NAME: of the last count
arrived() { sed -n "s/.* $1=\([0-9]*\).*/\1/p" <<<"$reply"; }

must vifmap dev set vifmap0 flood-rate 0
flow "no limit: all of 3000 from a vif" v0 broadcast count=3000 -- wire host v1
flow "no limit: all of 3000 from the wire" wire multicast count=3000 -- \
	host v0 v1
must vifmap port set v0 flood-rate 10
must vifmap dev set vifmap0 flood-rate 10
read_stats
set_mark

ask send v0 broadcast count=3000 >/dev/null
ask count >/dev/null
passed=$(arrived wire)
check "a limit: not all of a vif's pass" test "$passed" -lt 3000
check "a limit: some of a vif's pass" test "$passed" -gt 0
is "all receivers get the same" "$(arrived host) $(arrived v1)" \
	"$passed $passed"
counted "the others are counted" v0.drop-flood-rate=$((3000 - passed)) \
	v0.flooded="$passed" v0.rx-packets=3000
flow "unicast frames have no such limit" v0 wire count=1000 -- wire

ask send wire broadcast count=3000 >/dev/null
ask count >/dev/null
passed=$(arrived v0)
check "a limit: not all of the wire's pass" test "$passed" -lt 3000
check "a limit: some of the wire's pass" test "$passed" -gt 0
is "the host gets all of the wire's" "$(arrived host)" 3000
flow "another vif has a limit of its own" v1 broadcast count=500 -- wire host v0
check_sums
finish
