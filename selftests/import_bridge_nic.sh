#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap import-bridge knows the uplink of a bridge by itself where one port alone
# is a NIC; doctor names the way beforehand, and is content afterwards.
#
#   wire0 ==== eth0 -- br0   host; two NICs, joined by their cables
#    wire            |
#                   v0
#                  veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

nic_build virtio_net veth
must modprobe bridge
must ip -batch - <<-END
	link add br0 type bridge
	link set br0 addrgenmode none
	link set eth0 master br0
	link set v0 master br0
	link set br0 up
	address add 192.0.2.1/24 dev br0
END
must at wire ip address add 192.0.2.2/24 dev wire0

check "doctor says how to change it" grep -q \
	'^eth0: br0 takes its frames: vifmap import-bridge br0' <(vifmap doctor)
check "import-bridge" vifmap import-bridge br0 --apply
must wait_until is_settled eth0
is "the uplink was found" "$(vifmap show | sed -n 's/ up,.*//p')" \
	"vifmap0: pdev eth0"
read_stats
set_mark
flow "the wire reaches v0" wire v0 -- v0
flow "v0 reaches the wire" v0 wire -- wire
flow "v0 reaches the host" v0 host -- host
check "and the wire the host" at wire ping -c 1 -W 60 192.0.2.1
is "doctor is content" "$(vifmap doctor) $?" "Nothing found that is wrong 0"
finish
