# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# topology.sh - the NIC, its wire, vifs and their guests

# The addresses of host, wire and guests, by place; what the NIC of a guest can
# do, by its vif; and the vifs, in the order they were made
declare -A mac v4 nic
vifs=()

# No IPv6 addresses, so that nobody speaks unasked.
quiet_up() { echo "link set $* addrgenmode none"; echo "link set $* up"; }

# The NIC and its wire. A real one gets what is addressed to others only when it
# is promiscuous, and frames sees all that arrives on the wire.
pdev_lines()
{
	if [ $nics = y ]; then
		echo "link set wire0 address ${mac[wire]} promisc on" \
			"netns ${prefix}wire"
		echo "link set eth0 address ${mac[host]}"
		quiet_up dev eth0
		return
	fi
	echo "link add eth0 address ${mac[host]} type veth" \
		"peer name wire0 address ${mac[wire]} netns ${prefix}wire"
	quiet_up dev eth0
}

veth_lines()
{
	echo "link add $1 address 02:00:00:00:02:0${1#v} type veth" \
		"peer name eth0 address ${mac[$1]} netns $prefix$1"
	quiet_up dev "$1"
}

tap_lines()
{
	echo "tuntap add dev $1 mode tap"
	quiet_up dev "$1"
}

nic_lines() { tap_lines "$1"; }

# build [veth|tap|nic]...: wire0 in the namespace wire, eth0 here, and vifs v0,
# v1 ... of these kinds, their guests with the address ${mac[v0]} ... A nic is a
# tap with a guest that has a network stack, on eth0 in the namespace of that
# name; ${nic[v0]} is what its NIC can do, see tap_guest.c.
build()
{
	local kind name lines

	mac[host]=02:00:00:00:00:01
	mac[wire]=02:00:00:00:00:02
	new_netns wire
	lines=$(pdev_lines)
	for kind; do
		name=v${#vifs[@]}
		vifs+=("$name")
		[ "$kind" != nic ] || nic[$name]=${nic[$name]-}
		mac[$name]=02:00:00:00:01:0${name#v}
		[ "$kind" = tap ] || new_netns "$name"
		lines+=$'\n'$("${kind}_lines" "$name")
	done
	must ip -batch - <<<"$lines"
	must ip -n "${prefix}wire" -batch - <<<"$(quiet_up dev wire0)"
	[ $nics = n ] || wait_for_nics
	start_frames
	must ask end wire "${prefix}wire" wire0 link
	must ask end host - eth0 stack
	for name in ${vifs[@]+"${vifs[@]}"}; do
		open_guest "$name"
	done
}

# What sends and receives for the guest of a vif
open_guest()
{
	if [ "${nic[$1]+is}" ]; then
		plug_nic "$1"
	elif [ -e "/run/netns/$prefix$1" ]; then
		must ip -n "$prefix$1" -batch - <<<"$(quiet_up dev eth0)"
		must ask end "$1" "$prefix$1" eth0 link
	else
		must ask end "$1" - "$1" tap
		must ask mac "$1" "${mac[$1]}"
	fi
	must wait_until is_settled "$1"
}

# Its frames pass through a program: no end for `flow`, which would not know when
# the last of them has passed.
plug_nic()
{
	# shellcheck disable=SC2086 # words
	background host tap_guest "$1" "$prefix$1" eth0 "${mac[$1]}" \
		${nic[$1]} >"$tmp/nic-$1"
	must wait_until has_line ready "$tmp/nic-$1"
	must ip -n "$prefix$1" -batch - <<<"$(quiet_up dev eth0)"
}

attach_vifs()
{
	local name

	must wait_until is_settled eth0
	for name in ${vifs[@]+"${vifs[@]}"}; do
		# A veth's peer is mapped by itself.
		if [ -e "/run/netns/$prefix$name" ] &&
			[ ! "${nic[$name]+is}" ]; then
			echo "attach $name pdev eth0"
		else
			echo "attach $name pdev eth0 mac ${mac[$name]}"
		fi
	done >"$tmp/attach"
	must vifmap -b "$tmp/attach"
}

# topology [veth|tap]...: all of it, attached and mapped
topology()
{
	build "$@"
	attach_vifs
	read_stats
	set_mark
}

# add_vlan_device ID: eth0.ID on the pdev, and what it receives is the end vlanID
add_vlan_device()
{
	must ip -batch - <<-END
		link add link eth0 name eth0.$1 type vlan id $1
		$(quiet_up dev "eth0.$1")
	END
	must ask end "vlan$1" - "eth0.$1" stack "vlan=$1"
}

# no_ipv6 PLACE: nobody speaks unasked, on devices that are still to come, too
no_ipv6()
{
	must at "$1" tee /proc/sys/net/ipv6/conf/{all,default}/disable_ipv6 \
		<<<1
}

# An IPv4 address for each place that has a network stack: ${v4[PLACE]}
give_v4()
{
	local place dev number=0

	for place in wire host ${vifs[@]+"${vifs[@]}"}; do
		number=$((number + 1)) dev=eth0
		[ "$place" != wire ] || dev=wire0
		[ -e "/run/netns/$prefix$place" ] || continue
		v4[$place]=192.0.2.$number
		must ip -n "$prefix$place" address add "${v4[$place]}/24" \
			dev $dev
	done
}
