#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Addresses that wander, as those of VRRP: a vif has several entries, and one
# that waits for such an address does not take it away from whoever has it now.
# It hears that one's advertisements and takes over when it speaks itself.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#  a router    v0  v1           a router behind each
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
one=00:00:5e:00:01:01 two=00:00:5e:00:01:02 adverts=01:00:5e:00:00:12

# As a mapped address would
has_address() { vifmap mac show "$1" 2>/dev/null | grep -q " vif $2 "; }
has_no_address() { ! vifmap mac show "$1" 2>/dev/null | grep -q "$1"; }

check "a second entry" vifmap mac add $one vif v0
check "and a third" vifmap mac add $two vif v0
for addr in v0 $one $two; do
	flow "$addr leads to v0" wire "$addr" -- v0
	flow "v0 may use $addr" v0 wire src="$addr" -- wire
done
refused 'mapped to v0' 1 vifmap mac add $one vif v1
flow "the backup may not use it meanwhile" v1 $adverts src=$one --
must vifmap mac set $one vif v1
flow "handed over: it leads to the backup" wire $one -- v1
flow "who may use it now" v1 $adverts src=$one -- wire host v0
flow "the other one stays" wire $two -- v0
must vifmap mac flush vif v0
must vifmap mac add "${mac[v0]}" vif v0
must vifmap mac del $one

must vifmap mac add $one vif v0 inactive
flow "inactive: advertisements from the wire arrive" wire $adverts src=$one \
	count=3 -- host v0 v1
flow "inactive: its frames go to the wire" v1 $one -- wire
must vifmap mac del $one

must vifmap port set v0 learn 1
must vifmap port set v1 learn 1
flow "nothing learned: advertisements from the wire arrive" wire $adverts \
	src=$one -- host v0 v1
flow "nothing learned: its frames go to the wire" v1 $one -- wire
flow "a backup takes over" v0 $adverts src=$one -- wire host v1
check "it has the address" wait_until has_address $one v0
flow "and its frames" wire $one -- v0
flow "the other backup may not" v1 $adverts src=$one --
flow "the router on the wire speaks again" wire $adverts src=$one -- host
check "it has the address" wait_until has_no_address $one
flow "and its frames" v1 $one -- wire
flow "and is heard again" wire $adverts src=$one -- host v0 v1
flow "the other backup takes over" v1 $adverts src=$one -- wire host v0
check "it has the address" wait_until has_address $one v1
check_sums
finish
