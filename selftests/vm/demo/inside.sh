#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# inside.sh FOLDER - the demo itself, inside the test kernel. FOLDER holds what
# demo.sh has made: vifmap.ko, and vmlinux and guest, which the guests boot.
# Nothing is cleaned up: the machine is switched off when this ends.
set -euo pipefail

[ -d /run/vifmap-vm ] || { echo "${0##*/}: demo.sh runs this" >&2; exit 1; }

here=$(dirname "$(realpath "$0")")
image=$1
tmp=/run/demo
PATH=$here/../../../tools/vifmap:$PATH
mkdir "$tmp"

# shellcheck source=SCRIPTDIR/lib-step.sh
. "$here/lib-step.sh"
# shellcheck source=SCRIPTDIR/lib-guest.sh
. "$here/lib-guest.sh"

address["wire"]=10.44.0.1
address["host"]=10.44.0.2

# Emulated processors may go on with code that another has just patched, and
# trip over the int3 that was there for a moment. The key that says whether
# there is any egress hook is such code: with a hook that stays, it is patched
# before there is any traffic.
hold_egress_key()
{
	nft -f - <<-'END'
	table netdev hold {
		chain c {
			type filter hook egress device lo priority 0;
		}
	}
	END
}

make_nic()
{
	hold_egress_key
	ip netns add wire
	ip link add eth0 type veth peer name wire0 netns wire
	ip -n wire link set lo up
	ip -n wire addr add "${address["wire"]}/24" dev wire0
	ip -n wire link set wire0 up
	ip addr add "${address["host"]}/24" dev eth0
	ip link set eth0 up
}

# NAMESPACE -t|-u PORT
listening() { ip netns exec "$1" ss -Hln "$2" "sport = $3" | grep -q .; }

# What the other host offers
serve_on_wire()
{
	ip netns exec wire dnsmasq --conf-file=/dev/null --keep-in-foreground \
		--user=root --port=0 --interface=wire0 --no-ping \
		--dhcp-authoritative --dhcp-range=10.44.0.100,10.44.0.199,1h \
		--dhcp-leasefile="$tmp/leases" --pid-file="$tmp/dnsmasq.pid" \
		>"$tmp/dnsmasq.log" 2>&1 &
	ip netns exec wire iperf3 -s >"$tmp/iperf3.log" 2>&1 &
	wait_for 30 listening wire -u 67
	wait_for 30 listening wire -t 5201
}

make_vifs()
{
	ip tuntap add tap0 mode tap
	ip tuntap add tap1 mode tap
	ip netns add box
	ip link add box0 type veth peer name eth0 netns box
	ip -n box link set lo up
	ip -n box link set eth0 up
}

carrier_changes() { cat /sys/class/net/eth0/carrier_changes; }

# A ping from the host to the wire that goes on all the time
start_witness()
{
	changes=$(carrier_changes)
	ping -i 0.2 "${address["wire"]}" >"$tmp/witness" 2>&1 &
	witness=$!
}

# The answers are numbered: without a gap, the last one's number is how many
# there are. The very last request may not have been answered yet.
check_witness()
{
	local answers last

	kill -INT "$witness"
	wait "$witness" || :
	read -r answers last < <(awk -F 'icmp_seq=' '
		NF == 2 { n++; last = $2 + 0 }
		END { print n + 0, last + 0 }' "$tmp/witness")
	echo "host| ping wire, all the time: $last packets transmitted," \
		"$answers received"
	if [ "$answers" -eq 0 ] || [ "$answers" -ne "$last" ]; then
		fail "the host lost packets"
	fi
}

check_eth0()
{
	local now

	run_at host ip -d link show eth0
	ip -d link show eth0 | grep -q ' promiscuity 0 ' ||
		fail "eth0 is promiscuous"
	now=$(carrier_changes)
	echo "host| eth0: $((now - changes)) changes of carrier"
	[ "$now" -eq "$changes" ] || fail "eth0 was down"
}

container_address()
{
	local output status=0

	output=$(at box timeout 60 busybox udhcpc -i eth0 -f -q -n -t 20 -T 2 \
		-x hostname:box -s "$here/dhcp-script" 2>&1) || status=$?
	shown_at box <<<"$output"
	[ "$status" -eq 0 ] || fail "the container has no address"
	address["box"]=$(sed -n 's/^@address //p' <<<"$output")
}

# The server agrees with its clients.
check_leases()
{
	local name

	run_at wire cat "$tmp/leases"
	for name in guest1 guest2 box; do
		grep -qF " ${address[$name]} $name " "$tmp/leases" ||
			fail "$name has no lease"
	done
}

before_guests()
{
	step "load the module into the kernel, $(uname -r)"
	run_at host insmod "$image/vifmap.ko"
	run_at host vifmap -V

	step "a NIC, eth0, with the host's address; another host at its wire"
	make_nic
	serve_on_wire
	run_at host ip -br addr show eth0
	ping_from host wire
	start_witness # from here on no packet of the host may be lost

	step "put two taps and a container's veth on eth0: one line for each"
	make_vifs
	run_at host vifmap attach tap0 pdev eth0 mac 52:54:00:00:00:11
	run_at host vifmap attach tap1 pdev eth0 mac 52:54:00:00:00:12
	run_at host vifmap attach box0 pdev eth0
}

everybody_talks()
{
	step "start two QEMU guests, with the taps as their NICs"
	guest_start guest1 tap0 52:54:00:00:00:11
	guest_start guest2 tap1 52:54:00:00:00:12

	step "meanwhile the container gets an address by DHCP, and pings"
	container_address
	ping_from box wire host

	step "the guests boot (emulated twice, so it takes a while) and use DHCP"
	guest_wait guest1
	guest_wait guest2

	step "what the DHCP server on the wire has given away"
	check_leases

	step "everybody pings everybody, the host its guests included"
	ping_from host guest1 guest2 box wire
	ping_from wire guest1 guest2 box host
	ping_from box guest1 guest2 host wire
	ping_from guest1 guest2 box host wire
	ping_from guest2 guest1 box host wire

	step "TCP: container to wire, guest to wire, wire to guest"
	iperf_from box wire
	iperf_from guest1 wire
	iperf_from guest2 wire --reverse
}

# A failure is easier to understand with the counters.
trap '[ $? -eq 0 ] || vifmap show' EXIT

before_guests
everybody_talks

step "what vifmap has done"
run_at host vifmap show
vifmap show eth0 | grep -q ' up, 3 vifs, ' || fail "not three vifs on eth0"
run_at host vifmap stats

step "eth0 was never promiscuous and never down, and lost nothing"
check_eth0
check_witness

step "switch the guests off, unload the module: eth0 goes on as before"
guests_stop guest1 guest2
run_at host rmmod vifmap
ping_from host wire
