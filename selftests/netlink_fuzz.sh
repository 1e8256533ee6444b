#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Truncated, wrongly sized, deeply nested and random netlink messages get an
# error, change nothing and harm nobody.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands netlink_fuzz
topology veth tap
get_state
before=$state
check "malformed messages get an error each" netlink_fuzz malformed eth0 v0
get_state
is "they change nothing" "$state" "$before"
flow "frames flow as before" wire v0 -- v0

seed=${SEED:-1}
check "random ones are survived, seed $seed" \
	netlink_fuzz random eth0 v0 "$seed" 4000
check "random ones of a user are survived, too" \
	as_nobody netlink_fuzz random eth0 v0 "$seed" 1000
must ip link del vifmap0
attach_vifs
flow "vifmap works as before" wire v1 -- v1
finish
