#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module goes while vifs are attached and traffic flows; nothing of it is
# left, the host keeps its traffic, and the module comes back.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ping
topology veth tap
must ip address add 192.0.2.2/24 dev eth0
must ip -n "${prefix}wire" address add 192.0.2.1/24 dev wire0
must ip -n "${prefix}v0" address add 192.0.2.3/24 dev eth0
must wait_until is_settled eth0
before=$(link_state eth0)
unload() { rmmod vifmap; }

# Answered as long as the module is there: by the wire, and by the host.
background v0 ping -q -n -i 0.002 192.0.2.1 >/dev/null
background v0 ping -q -n -i 0.002 192.0.2.2 >/dev/null
background v0 ping -q -n -b -i 0.002 192.0.2.255 >/dev/null 2>&1
background wire ping -q -n -i 0.002 -c 2000 192.0.2.2 >"$tmp/ping" 2>&1
ping=$!
busy() { [ "$(counter v0 rx-packets)" -gt 100 ]; }
must wait_until busy

check "rmmod with vifs attached and traffic" wait_until unload
check "it has gone" test ! -e /sys/module/vifmap
is "no device is left" "$(ip -o link | grep -c '^[0-9]*: vifmap')" 0
is "the vifs are free" "$(master_of v0)$(master_of v1)" ""
is "nothing of the pdev has changed" "$(link_state eth0)" "$before"
wait $ping
check "the host's own ping lost nothing" grep -q ' 0% packet loss' "$tmp/ping"
check "the module comes back" load_module
check "and works" vifmap attach v0 pdev eth0
flow "as before" wire v0 -- v0
for _ in 1 2 3; do
	must ip link set v1 master vifmap0
	must wait_until unload
	must load_module
	must vifmap attach v0 pdev eth0
done
check "several times" test -n "$(vifmap port show v0)"
finish
