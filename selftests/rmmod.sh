#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module goes while vifs are attached, traffic flows, and addresses are being
# learned and refused; nothing of it is left, the host keeps its traffic, and the
# module comes back.
#
#   wire0 ---- eth0 (vifmap0) --- eth0.5 (vifmap1)   host
#    wire       |  |                |
#              v0  v1              v2
#             veth tap            veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ping
build veth tap veth
must ask drop v1
must ip link add link eth0 name eth0.5 type vlan id 5
must ip link set eth0.5 addrgenmode none
must ip link set eth0.5 up
must wait_until is_settled eth0
before=$(link_state eth0; port_state eth0; port_state eth0.5)
must vifmap attach v0 pdev eth0
must vifmap attach v1 pdev eth0 mac "${mac[v1]}" learn 3
must vifmap attach v2 pdev eth0.5
must vifmap dev set vifmap0 flood-rate 0
fire_between wire host v0 v1
for i in 1 2 3; do
	must fire flow learned$i v1 02:00:00:00:0a:0$i "${mac[wire]}"
	must fire flow back$i wire "${mac[wire]}" 02:00:00:00:0a:0$i
	must fire flow spoofed$i v0 02:00:00:00:0b:0$i "${mac[wire]}"
done
# Those that the wire sees broadcast are let go, and learned again.
must fire flow moved wire 02:00:00:00:0a:01 ff:ff:ff:ff:ff:ff
must ip address add 192.0.2.2/24 dev eth0
must ip -n "${prefix}wire" address add 192.0.2.1/24 dev wire0
must ip -n "${prefix}v0" address add 192.0.2.3/24 dev eth0
unload() { rmmod vifmap; }

# Answered as long as the module is there: by the wire, and by the host.
background v0 ping -q -n -i 0.002 192.0.2.1 >/dev/null
background v0 ping -q -n -i 0.002 192.0.2.2 >/dev/null
background v0 ping -q -n -b -i 0.002 192.0.2.255 >/dev/null 2>&1
background wire ping -q -n -i 0.002 -c 2000 192.0.2.2 >"$tmp/ping" 2>&1
ping=$!
busy() { [ "$(counter v0 rx-packets)" -gt 100 ]; }
must wait_until busy

begin_fire
moment before
check "rmmod with vifs attached and traffic" wait_until unload
moment gone
end_fire
check "it has gone" test ! -e /sys/module/vifmap
is "no device is left" "$(ip -o link | grep -c '^[0-9]*: vifmap')" 0
is "the vifs are free" "$(master_of v0)$(master_of v1)$(master_of v2)" ""
is "the pdevs are as before the first vif" \
	"$(link_state eth0; port_state eth0; port_state eth0.5)" "$before"
went "host and wire lost nothing" begin end "$(intact wire host)"
went "before, the others did not either" begin before \
	"$(intact host v0 v1)" spoofed{1,2,3}:lost:N learned{2,3}:wire:N
went "afterwards vifs reach nobody" gone end v0-{wire,host,v1,all}:lost:N \
	v1-{wire,host,v0,all}:lost:N learned{1,2,3}:lost:N
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
