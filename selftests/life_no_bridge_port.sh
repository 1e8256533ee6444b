#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A vif is no bridge port to anybody: what the bridge's tools ask of one is
# refused or says nothing, and harms nobody.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge
topology veth tap
for dev in eth0 v0 v1 vifmap0; do
	is "$dev is no bridge port" "$(bridge link show dev $dev 2>/dev/null)" ""
	check "$dev has no port's folder" test ! -e "/sys/class/net/$dev/brport"
	refused 'not supported' 255 bridge link set dev $dev learning off
	refused 'not supported' 255 bridge vlan add dev $dev vid 5
	refused 'not supported' 255 bridge vlan del dev $dev vid 5
done
refused 'not supported' 255 bridge fdb add 02:00:00:00:0a:01 dev v1 master static
flow "all is as it was" wire v0 -- v0
flow "to all" wire broadcast -- host v0 v1
check_sums
finish
