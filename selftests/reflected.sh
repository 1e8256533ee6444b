#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A guest's own broadcast that the wire turns round reaches the host alone: a
# guest must never hear itself, nor its neighbours hear it twice. It is counted
# and an alert says so.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
must start_monitor
flow "a guest's broadcast comes back" wire broadcast src="${mac[v0]}" -- host
flow "a guest's multicast comes back" wire multicast src="${mac[v1]}" -- host
counted "they are counted" wire.reflected=2 wire.host=2 wire.flooded=0 \
	wire.delivered=0
check "an alert says so" wait_until has_line \
	'"type":"moved".*'"${mac[v0]}" "$tmp/events"
flow "other broadcasts arrive" wire broadcast -- host v0 v1
flow "unicast frames are no matter" wire v1 src="${mac[v0]}" -- v1
check_sums
finish
