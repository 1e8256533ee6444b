# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-account.sh - where each frame between a guest and the wire has gone, by
# the counters of all that it passes; sourced after lib.sh

: "${tmp:?}" "${stats[*]-}"

# link[NAME.COUNTER] of wire0, eth0, and tap0 as long as there is one, since
# begin_account
declare -A link link_before=()

# The names of the kernel: rx_packets, rx_dropped, rx_missed ...
links_of()
{
	at "$1" ip -j -s -s link show | jq -r '.[] | .ifname as $name |
		.stats64 // {} | to_entries[] | .key as $way |
		.value | to_entries[] |
		"\($name).\($way)_\(.key) \(.value)"' | grep -E "^($2)\."
}

read_links()
{
	local key value

	link=()
	while read -r key value; do
		link[$key]=$((value - ${link_before[$key]-0}))
	done < <(links_of wire wire0; links_of host 'eth0|tap0')
}

begin_account()
{
	local key

	read_links
	for key in "${!link[@]}"; do
		link_before[$key]=${link[$key]}
	done
}

# lost LINK WAY: what it has counted, but not as packets
lost()
{
	local key sum=0

	for key in dropped errors; do
		sum=$((sum + ${link[$1.$2_$key]-0}))
	done
	echo $sum
}

# --- each step of the way, as two numbers that have to be the same ---

# along_wire FROM TO: a NIC that has no place for a frame says so in a counter of
# its own. That of QEMU's e1000 is not cleared when it is read, as a real one's
# is; the driver adds up what it reads, and so has no less than was missed.
along_wire()
{
	left=${link[$1.tx_packets]} right=${link[$2.rx_packets]}
	if [ "$right" -lt "$left" ] &&
	   [ "$left" -le $((right + ${link[$2.rx_missed_errors]})) ]; then
		right=$left
	fi
}

wire_to_nic() { along_wire wire0 eth0; }

nic_to_vifmap()
{
	left=${link[eth0.rx_packets]}
	right=${stats[wire.rx-packets]}
}

# What the tap refuses at once vifmap counts as not handed over.
vifmap_to_guest()
{
	left=$((${stats[tap0.tx-packets]} + ${stats[tap0.tx-dropped]}))
	right=$((${link[tap0.tx_packets]} + $(lost tap0 tx)))
}

guest_to_vifmap()
{
	left=$((${link[tap0.rx_packets]} + $(lost tap0 rx)))
	right=${stats[tap0.rx-packets]}
}

vifmap_to_nic()
{
	left=${stats[wire.tx-packets]}
	right=$((${link[eth0.tx_packets]} + $(lost eth0 tx)))
}

nic_to_wire() { along_wire eth0 wire0; }

# shellcheck disable=SC2317 # called by wait_until
step_holds()
{
	read_stats && read_links && "$1" && [ "$left" -eq "$right" ]
}

# account_for: every frame since begin_account
account_for()
{
	local step left right

	for step in wire_to_nic nic_to_vifmap vifmap_to_guest \
		guest_to_vifmap vifmap_to_nic nic_to_wire; do
		wait_until step_holds $step
		result $? "${step//_/ }: every frame" "$left and $right"
	done
	check_sums
	show_account
}

# What was lost, and all that was not
show_account()
{
	local key

	echo "# the wire has sent ${link[wire0.tx_packets]}, the guest got" \
		"${link[tap0.tx_packets]}; the guest has sent" \
		"${link[tap0.rx_packets]}, the wire got ${link[wire0.rx_packets]}"
	for key in "${!link[@]}" "${!stats[@]}"; do
		case $key in
		*_missed_errors|*_dropped|*_errors) key+=" ${link[$key]}" ;;
		*.drop-*|*.unknown|*.reflected) key+=" ${stats[$key]}" ;;
		*) continue ;;
		esac
		[[ $key = *' 0' ]] || echo "#   $key"
	done
}
