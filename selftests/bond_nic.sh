#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A bond of two real NICs, of two kinds, is a pdev. Under traffic its active link
# goes down, comes back and is taken away with its driver: what the bond's NICs
# filter follows, so that traffic goes on in both directions and all that was
# sent arrives.
#
#        wire0 ==== s0 --+
#   br0    |             eth0 (vifmap0)   host; NICs, joined by their cables
#        wire1 ==== s1 --+ |  |
#       wire              v0  v1
#                        veth tap
#
# The link that is lost is of e1000s, which never wait for each other: a frame to
# one that is down counts as sent, as with a cable. A virtio_net waits until the
# other one is up again, once that one's ring is full. TCP does not send again
# what its NIC still holds, and little else meanwhile (tcp_limit_output_bytes), so
# with those the stream from the wire would be all but stopped by frames on the
# lost link, however good the other one is.

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge ss

# eth0 is the bond, and its links' other ends are a switch's.
pdev_lines()
{
	echo "link add eth0 address ${mac[host]} type bond" \
		"mode active-backup miimon 20"
	echo "link set s0 master eth0"
	echo "link set s1 master eth0"
	echo "link set wire0 address ${mac[wire]}" \
		"promisc on netns ${prefix}wire"
	echo "link set wire1 promisc on netns ${prefix}wire"
	quiet_up dev s0
	quiet_up dev s1
	quiet_up dev eth0
}

# Unicast addresses that a NIC lets in besides its own
filter() { bridge fdb show dev "$1" | grep -oE '^02:00:00:00:01[^ ]*' | sort; }

goes_on()
{
	check "$1: the wire receives" wait_until received_more wire 5001 \
		$(($(received wire 5001) + 100000))
	check "$1: v0 receives" wait_until received_more v0 5002 \
		$(($(received v0 5002) + 100000))
}

ip link add type bond 2>/dev/null || skip "no bonding"
take_nics virtio_net
must ip -batch - <<<$'link set eth0 name s1\nlink set wire0 name wire1'
take_nics e1000
must ip link set eth0 name s0
nics=n
build veth tap
must at wire ip -batch - <<END
link add br0 type bridge
$(quiet_up dev br0)
$(quiet_up dev wire1)
link set wire0 master br0
link set wire1 master br0
address add 192.0.2.1/24 dev br0
END
must ask end wire1 "${prefix}wire" wire1 link
must wait_until is_up eth0
attach_vifs
must at v0 ip address add 192.0.2.3/24 dev eth0
must ip link set eth0 type bond active_slave s0
must wait_until is_active s0
is "the active NIC takes the guests' frames" "$(filter s0)" \
	"${mac[v0]}"$'\n'"${mac[v1]}"

start_stream v0 wire 192.0.2.1 5001
start_stream wire v0 192.0.2.3 5002
must ip link set s0 down
check "the other link takes over" wait_until is_active s1
is "its NIC takes the guests' frames" "$(filter s1)" \
	"${mac[v0]}"$'\n'"${mac[v1]}"
goes_on "the link was lost"
must ip link set s0 up
must wait_until is_up s0
must ip link set eth0 type bond active_slave s0
must wait_until is_active s0
goes_on "it is back"
check "its NIC is taken away" unbind_nic "${nic_devices[0]}"
check "the other link takes over again" wait_until is_active s1
goes_on "without that NIC"
end_stream 5001
end_stream 5002
check_sums
must bind_nic "${nic_devices[0]}" e1000
finish
