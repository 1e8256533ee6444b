#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Addresses that cannot be mapped are refused, with a message that says why
# and, where the address is taken, by whom; nothing changes.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
must ip link add free type dummy
must ip link add eth1 type dummy
add() { refused "$1" 1 vifmap mac add "$2" vif "${3-v1}"; }

add 'is a multicast address' 01:00:5e:00:00:01
add 'is a multicast address' ff:ff:ff:ff:ff:ff
add 'zero address' 00:00:00:00:00:00
add "${mac[host]} is an address of the host \(eth0\)" "${mac[host]}"
add "${mac[v0]} is mapped to v0 already" "${mac[v0]}"
add "${mac[v1]} is mapped to v1 already" "${mac[v1]}"
add '^vifmap: free is not attached to a vifmap device$' 02:00:00:00:0a:01 free
add '^vifmap: there is no interface nosuch$' 02:00:00:00:0a:01 nosuch
add 'there is no interface no-such-name-of-that' 02:00:00:00:0a:01 \
	no-such-name-of-that
add '^vifmap: there is no interface v1:1$' 02:00:00:00:0a:01 v1:1
refused '02:00:00:00:0f:01' 1 vifmap mac del 02:00:00:00:0f:01
refused '02:00:00:00:0f:01' 1 vifmap mac set 02:00:00:00:0f:01 active
refused 'host' 1 vifmap mac del "${mac[host]}" pdev eth0
refused 'eth1' 1 vifmap mac flush pdev eth1
refused 'mapped to v0' 1 vifmap attach free pdev eth0 mac "${mac[v0]}"
refused 'ulticast' 1 vifmap attach free pdev eth0 mac 01:00:5e:00:00:01
refused '' 1 vifmap attach free pdev eth1 mac 00:00:00:00:00:00

must vifmap dev set vifmap0 max-macs 3
check "up to max-macs entries" vifmap mac add 02:00:00:00:0a:01 vif v1
add 'full: max-macs is 3' 02:00:00:00:0a:02
refused '3 entries' 1 vifmap dev set vifmap0 max-macs 2
check "the address of the device itself is none of them" \
	vifmap dev set vifmap0 host-port on
check "and may change" ip link set vifmap0 address 02:00:00:00:0a:04
check "those of the map may be as many" vifmap dev set vifmap0 max-macs 3 \
	host-port off
refused 'max-macs' 1 vifmap dev set vifmap0 max-macs 0
refused 'max-macs' 1 vifmap dev set vifmap0 max-macs 1048577
must vifmap mac del 02:00:00:00:0a:01
check "room again" vifmap mac add 02:00:00:00:0a:02 vif v1
check "still reachable" ask send wire v1
check "by the same address" ask expect v1

# The host may not take a guest's address either.
refused 'mapped to v0' 2 ip link set eth0 address "${mac[v0]}"
must ip link set eth0 address 02:00:00:00:0a:03
add 'address of the host' 02:00:00:00:0a:03
must vifmap dev set vifmap0 max-macs 10
check "the address that the host left is free" vifmap mac add "${mac[host]}" \
	vif v1
refused 'mapped to v1' 2 ip link set eth0 address "${mac[host]}"
finish
