# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-nic.sh - a guest with one kind of NIC boots from the network, uses it, and
# loses no frame that is not accounted for; sourced by the tests for each kind
#
# The NIC of the host is a real one, too: it is to take the guest's frames from
# the wire without being promiscuous.

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-guest.sh
. "${0%/*}/lib-guest.sh"
# shellcheck source=lib-account.sh
. "${0%/*}/lib-account.sh"

served() { has_line "sent $tmp/tftp/$1 to $guest_address" "$tmp/dnsmasq.log"; }

# boot_from_network NIC
boot_from_network()
{
	start_guest "$1"
	check "a guest with a NIC $1 boots" guest_answers $boot_time
	check "by DHCP" has_line "DHCPACK(wire0) $guest_address $guest_mac" \
		"$tmp/dnsmasq.log"
	for file in boot.ipxe vmlinuz initrd; do
		check "by TFTP: $file" served $file
	done
}

# use_network DRIVER: in both directions, short frames and long ones
use_network()
{
	local size sum

	guest_is "Linux drives the NIC with $1" \
		"basename \$(readlink /sys/class/net/eth0/device/driver)" "$1"
	for size in 0 1472; do
		guest_check "it pings the wire, $size bytes" \
			"ping -c 3 -s $size $wire_address"
		guest_check "and the host" "ping -c 3 -s $size $host_address"
		check "the wire pings it" \
			at wire ping -c 3 -W 10 -s $size $guest_address
		check "so does the host" ping -c 3 -W 10 -s $size $guest_address
	done
	guest_check "it fetches a file" "tftp -g -b 1428 -r payload $wire_address"
	read -r sum _ < <(sha256sum "$files/payload")
	guest_is "which is whole" "sha256sum <payload" "$sum  -"
}

# read_guest: into counts, what its driver has received and sent, and the same
# of its tap
read_guest()
{
	local received errors drop fifo sent

	guest "cat /proc/net/dev"
	read -r _ received errors drop fifo _ _ _ _ sent _ < <(
		sed -nE 's/^ *eth0: *//p' <<<"$answer")
	read_links
	counts=("$((received + errors + drop + fifo))" "$sent"
		"${link[tap0.tx_packets]}" "${link[tap0.rx_packets]}")
}

# The guest and its tap cannot be read at once: what has just booted still sends
# some frames of its own, and its driver counts them when the NIC is done.
# shellcheck disable=SC2317 # called by wait_until
nothing_moves()
{
	local last=${counts[*]-}

	read_guest
	[ "${counts[*]}" = "$last" ]
}

# guest_beyond_tap: what the guest's driver has received and sent, less what its
# tap has passed on
guest_beyond_tap()
{
	local counts=()

	wait_until nothing_moves || echo -n "still moving: "
	echo "$((counts[0] - counts[2])) $((counts[1] - counts[3]))"
}

# While the guest stands still, the wire sends more than its tap can hold.
overrun()
{
	must ip -n "${prefix:?}wire" neigh replace $guest_address \
		lladdr $guest_mac dev wire0 nud permanent
	kill -STOP "$guest_pid"
	# shellcheck disable=SC2016 # the inner shell is to expand it
	check "the wire sends 1500 datagrams" at wire bash -ec '
		exec 3>"/dev/udp/$1/9"
		for ((i = 0; i < 1500; i++)); do
			echo "$i" >&3
		done' - $guest_address
	kill -CONT "$guest_pid"
	check "the guest answers again" \
		wait_until at wire ping -c 1 -W 5 $guest_address
	account_for
	check "what its tap could not hold was counted there" \
		[ "${link[tap0.tx_dropped]}" -gt 0 ]
}

# nic_test NIC DRIVER
nic_test()
{
	local before

	take_nics e1000
	connect
	# shellcheck disable=SC2034 # for check_sums
	vifs=(tap0)
	begin_account
	serve_boot vmlinuz initrd payload
	# shellcheck disable=SC2046 # words
	write_boot_script $(kernel_parameters)
	boot_from_network "$1"
	[ "$failures" -eq 0 ] || finish
	is "the host's NIC is not promiscuous" \
		"$(ip -d -j link show eth0 | jq '.[].promiscuity')" 0
	account_for
	before=$(guest_beyond_tap)
	use_network "$2"
	account_for
	is "and up to the guest's driver" "$(guest_beyond_tap)" "$before"
	overrun
	check "the guest ends" stop_guest
	check "its tap is gone" wait_until gone tap0
	finish
}

# shellcheck disable=SC2317 # called by wait_until
gone() { [ ! -e "/sys/class/net/$1" ] && [ -z "$(vifmap port show)" ]; }
