# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# nics.sh - emulated NICs instead of a pair of veths

# y: the pdev and the wire are such NICs.
nics=n

# The virtual machine has pairs of emulated NICs, joined back to back. Their
# addresses say which side is which; see vm/run.sh.
nic_address=02:76:66:6d:

# The folders of the NICs that a driver has, pair by pair, that of the wire last
find_nics()
{
	local address device number found=()

	for address in /sys/class/net/*/address; do
		device=${address%/address}/device
		# Another test's NIC may go at any time.
		[[ "$(realpath -q "$device/driver")" = */"$1" ]] || continue
		address=$(<"$address")
		[[ $address = "$nic_address"*:* ]] || continue
		number=0x${address#"$nic_address"}
		number=$((${number%:*} * 2 + 0x${number#*:}))
		found[number]=$(realpath "$device")
	done
	[ ${#found[@]} -eq 0 ] || printf '%s\n' "${found[@]}"
}

# unbind_nic and bind_nic DEVICE DRIVER
unbind_nic() { echo "${1##*/}" >"$1/driver/unbind"; }

bind_nic()
{
	local bus

	bus=$(realpath "$1/subsystem")
	echo "${1##*/}" >"$bus/drivers/$2/bind"
}

# claim_nic SIDE NAME: from where its driver has put it
claim_nic()
{
	must nsenter --net=/proc/1/ns/net ip link set \
		"$(basename "${nic_devices[$1]}"/net/*)" \
		netns "${prefix}host" name "$2"
}

# Sets nic_devices to a pair of a driver that no other test has. It is this
# test's until the test ends.
lock_nics()
{
	local list=/run/vifmap-nics-$1 all fd i

	exec {fd}>>"$list"
	flock "$fd"
	[ -s "$list" ] || find_nics "$1" >"$list"
	exec {fd}>&-
	mapfile -t all <"$list"
	[ ${#all[@]} -ge 2 ] || skip "no two NICs with driver $1"
	for ((i = ${#all[@]} - 2; i >= 0; i -= 2)); do
		nic_devices=("${all[@]:i:2}")
		exec {fd}>>"$list-$i"
		flock -n "$fd" && return
		[ $i -eq 0 ] || exec {fd}>&-
	done
	flock "$fd"
}

# Puts a pair of a driver into this namespace, as eth0 and wire0, in the state
# that the driver leaves them in at its start.
take_nics()
{
	local names=(eth0 wire0) side device

	[ -d /run/vifmap-vm ] || skip "not in the selftests' machine"
	need_commands flock modprobe tc
	modprobe "$1" 2>/dev/null
	lock_nics "$1"
	for side in 0 1; do
		device=${nic_devices[side]}
		[ ! -e "$device/driver" ] || must unbind_nic "$device"
		must bind_nic "$device" "$1"
		claim_nic $side "${names[side]}"
	done
	nics=y
}

# They get plain queues, for on a slow machine the kernel's fq_codel drops of a
# burst what has waited for long. A NIC loses its queue with its namespace, so
# that is done where each of them stays.
wait_for_nics()
{
	must wait_until is_up eth0
	must wait_until at wire "$BASH" -c "$(declare -f is_up); is_up wire0"
	must tc qdisc replace dev eth0 root pfifo limit 1000
	must at wire tc qdisc replace dev wire0 root pfifo limit 1000
}

# nic_build and nic_topology DRIVER [veth|tap]...: like those without nic_, but
# the pdev and the wire are NICs of this driver.
nic_build()
{
	take_nics "$1"
	shift
	build "$@"
}

nic_topology()
{
	take_nics "$1"
	shift
	topology "$@"
}
