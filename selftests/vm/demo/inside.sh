#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# inside.sh FOLDER - the demo itself, inside the test kernel. FOLDER holds what
# demo.sh has made: vifmap.ko, vmlinux and guest (the guests' kernel and
# initramfs). Nothing is cleaned up: the machine is switched off at the end.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
image=$1
tmp=$(mktemp -d)
PATH=$here/../../../tools/vifmap:$PATH

# shellcheck source=selftests/vm/demo/lib-step.sh
. "$here/lib-step.sh"
# shellcheck source=selftests/vm/demo/lib-guest.sh
. "$here/lib-guest.sh"

address[wire]=10.44.0.1
address[host]=10.44.0.2

make_wire()
{
	ip netns add wire
	ip link add eth0 type veth peer name wire0 netns wire
	ip -n wire link set lo up
	ip -n wire addr add "${address[wire]}/24" dev wire0
	ip -n wire link set wire0 up
	ip addr add "${address[host]}/24" dev eth0
	ip link set eth0 up
}

listening() { ip netns exec "$1" ss -Hln "$2" "sport = $3" | grep -q .; }

# The other host's services
serve_on_wire()
{
	ip netns exec wire dnsmasq --conf-file=/dev/null --keep-in-foreground \
		--user=root --port=0 --interface=wire0 --no-ping \
		--dhcp-authoritative --dhcp-range=10.44.0.100,10.44.0.199,1h \
		--dhcp-leasefile="$tmp/leases" --pid-file="$tmp/dnsmasq.pid" \
		>"$tmp/dnsmasq.log" 2>&1 &
	ip netns exec wire iperf3 -s >"$tmp/iperf3.log" 2>&1 &
	wait_for 20 listening wire -u 67
	wait_for 20 listening wire -t 5201
}

make_vifs()
{
	ip tuntap add tap0 mode tap
	ip tuntap add tap1 mode tap
	ip netns add box
	ip -n box link set lo up
	ip link add box0 type veth peer name eth0 netns box
	ip -n box link set eth0 up
}

# A ping from the host to the wire that goes on all the time
start_witness()
{
	changes=$(cat /sys/class/net/eth0/carrier_changes)
	ping -i 0.2 "${address[wire]}" >"$tmp/witness" 2>&1 &
	witness=$!
}

# Answers have to be there up to the last one, without a gap.
check_witness()
{
	local result

	kill -INT "$witness"
	wait "$witness" || :
	result=$(awk -F 'icmp_seq=' 'NF == 2 { n++; last = $2 + 0 }
		END { print n + 0, last + 0 }' "$tmp/witness")
	echo "host| ping since before the first attach:" \
		"${result#* } requests, ${result% *} answers"
	[ "${result% *}" -gt 0 ] && [ "${result% *}" -eq "${result#* }" ] ||
		fail "the host lost packets"
}

# Promiscuity 0, and the link has never changed
check_eth0()
{
	local now

	run_at host ip -d link show eth0
	ip -d link show eth0 | grep -q ' promiscuity 0 ' ||
		fail "eth0 is promiscuous"
	now=$(cat /sys/class/net/eth0/carrier_changes)
	echo "host| eth0's carrier has changed $((now - changes)) times"
	[ "$now" -eq "$changes" ] || fail "eth0 was down"
}

container_address()
{
	local output

	output=$(at box timeout 60 busybox udhcpc -i eth0 -f -q -n -t 20 -T 2 \
		-x hostname:box -s "$here/dhcp-script" 2>&1) ||
		fail "the container has no lease: $output"
	sed 's/^/box| /' <<<"$output"
	address[box]=$(sed -n 's/^@address //p' <<<"$output")
}

# The server's view agrees with what the clients say.
check_leases()
{
	local name

	run_at wire cat "$tmp/leases"
	for name in guest1 guest2 box; do
		grep -qE " ${address[$name]} $name( |\$)" "$tmp/leases" ||
			fail "no lease for $name"
	done
}

stop_guests()
{
	local name

	for name in guest1 guest2; do
		echo 'poweroff -f' >&"${guest_in[$name]}"
	done
	for name in guest1 guest2; do
		wait_for 60 eval "! kill -0 ${guest_pid[$name]}"
	done
}

step "load the module ($(uname -r))"
run_at host insmod "$image/vifmap.ko"
run_at host vifmap -V

step "a NIC: eth0, with the host's address; beyond it another host with a DHCP server"
make_wire
serve_on_wire
run_at host ip -br addr show eth0
ping_from host wire

step "two taps and a container's veth, each put on eth0 by one line; a ping from the host to the wire runs all the time"
start_witness
make_vifs
run_at host vifmap attach tap0 pdev eth0 mac 52:54:00:00:00:11
run_at host vifmap attach tap1 pdev eth0 mac 52:54:00:00:00:12
run_at host vifmap attach box0 pdev eth0

step "start two QEMU guests"
guest_start guest1 tap0 52:54:00:00:00:11
guest_start guest2 tap1 52:54:00:00:00:12

step "the container asks for an address while they boot, and pings"
container_address
ping_from box wire host

step "wait for the guests, which ask for their addresses when they are up"
guest_wait guest1
guest_wait guest2

step "what the DHCP server has handed out"
check_leases

step "everybody pings everybody"
ping_from host guest1 guest2 box wire
ping_from wire guest1 guest2 box host
ping_from box guest1 guest2 host wire
ping_from guest1 guest2 box host wire
ping_from guest2 guest1 box host wire

step "iperf3: the container to the wire"
iperf_from box wire
step "iperf3: a guest to the wire, then the wire to the other guest"
iperf_from guest1 wire
iperf_from guest2 wire -R

step "what vifmap did"
run_at host vifmap show
run_at host vifmap stats

step "eth0 was never down and never promiscuous; the host lost nothing"
check_eth0
check_witness

step "switch the guests off and unload the module: eth0 goes on as before"
stop_guests
run_at host rmmod vifmap
ping_from host wire
