#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: xen-utils-common
# Roots: bookworm trixie
#
# vif-vifmap, together with Xen's own vif-common.sh, connects what is called a vif
# or a tap of a guest, writes to the store what the toolstack waits for, and
# says there what is wrong. There is no hypervisor: a device is a veth or a tap,
# and the store is a folder.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |      |
#            vif1.0  vif1.0-emu      web and web-emu in the end
#             veth     tap

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

scripts=$tmp/scripts
mac_of_guest=00:16:3e:12:34:56
backend=/local/domain/0/backend/vif/1/0
frontend=/local/domain/1/device/vif/0
store=$tmp/store

must test -e /etc/xen/scripts/vif-common.sh
must cp -r /etc/xen/scripts "$scripts"
must cp "$here/../tools/integration/xen/vif-vifmap" "$scripts"
must mkdir -p /var/log/xen

# Xen's scripts put folders of their own before PATH; nothing goes before these.
xenstore-read()
{
	local key

	for key; do
		cat "$store$key" 2>/dev/null || return 1
	done
}

xenstore-write()
{
	while [ $# -gt 0 ]; do
		mkdir -p "$store${1%/*}"
		echo "$2" >"$store$1"
		shift 2
	done
}

logger() { echo "$*" >&2; }

export -f xenstore-read xenstore-write logger
export store

# What the toolstack writes before it calls
new_store()
{
	rm -rf "$store"
	xenstore-write $backend/mac $mac_of_guest $backend/script vif-vifmap \
		$backend/frontend-id 1
}

# script COMMAND [TYPE]: as libxl calls it
script()
{
	env vif=vif1.0 INTERFACE=vif1.0-emu "XENBUS_PATH=$backend" \
		script="$scripts/vif-vifmap" \
		"$scripts/vif-vifmap" "$1" "type_if=${2-vif}"
}

stored() { cat "$store$1" 2>/dev/null; }
addresses_of() { vifmap mac show vif "$1" | sed 's/ .*//' | paste -s -d ' '; }
leads() { [ "$(addresses_of "$1" 2>/dev/null)" = "$2" ]; }
no_port() { ! vifmap port show "$1"; }

# fails NAME TEXT COMMAND...: with this in the store, and nothing attached
fails()
{
	local name=$1 text=$2

	shift 2
	rm -f "$store$backend"/hotplug-*
	! script "$@" 2>"$tmp/fails" || result 1 "$name: it succeeds"
	is "$name: the toolstack is told" "$(stored $backend/hotplug-status)" error
	check "$name: and why" grep -qE "$text" "$store$backend/hotplug-error"
	check "$name: nothing is attached" no_port vif1.0
}

make_vif()
{
	must ip link add vif1.0 type veth peer name eth0 \
		address $mac_of_guest netns "${prefix}guest"
	must ip -n "${prefix}guest" -batch - <<<"$(quiet_up dev eth0)"
}

# The guest's own program has made it, and keeps it.
make_tap()
{
	must ip tuntap add dev vif1.0-emu mode tap
	must ask end tap - vif1.0-emu tap
	must ask mac tap "$mac_of_guest"
}

build
new_netns guest
make_vif
new_store

fails "no device is named" 'which network device.*gatewaydev' online
xenstore-write $backend/gatewaydev nothere
fails "there is no such device" 'nothere' online
xenstore-write $backend/gatewaydev eth0 $backend/mac "${mac[host]}"
fails "the host's address" 'host' online
xenstore-write $backend/mac 01:00:00:00:00:01
fails "no address of a NIC" 'ulticast|01:00' online

new_store
xenstore-write $backend/gatewaydev eth0 $backend/mtu 1400
check "online" script online
is "the toolstack is told" "$(stored $backend/hotplug-status)" connected
is "the address leads to the vif" "$(addresses_of vif1.0)" $mac_of_guest
is "with the MTU that was asked for" "$(mtu_of vif1.0)" 1400
is "which the guest can read" "$(stored $frontend/mtu)" 1400
must ask end guest "${prefix}guest" eth0 link
must wait_until is_settled eth0
must wait_until is_settled vif1.0
flow "the guest is reached" wire $mac_of_guest -- guest
flow "and speaks" guest wire src=$mac_of_guest -- wire
flow "with its own address only" guest wire src=02:00:00:00:0a:01 --
check "offline" script offline
check "detaches it" no_port vif1.0
check "offline, once more" script offline

new_store
must ip link set eth0 mtu 2000
xenstore-write $backend/bridge eth0
check "the device that bridge= names" script online
is "is meant, too" "$(addresses_of vif1.0)" $mac_of_guest
is "its MTU is the vif's" "$(mtu_of vif1.0)" 2000
check "the tap of the same guest" make_tap
check "add" script add tap
is "the tap has the address" "$(addresses_of vif1.0-emu)" $mac_of_guest
is "and the vif has none" "$(addresses_of vif1.0)" ""
must wait_until is_settled vif1.0-emu
flow "the guest boots with the emulated NIC" wire $mac_of_guest -- tap
must ask drop tap
must ip link del vif1.0-emu
check "it goes, and the vif has the address" wait_until leads vif1.0 \
	$mac_of_guest
flow "the guest is reached by its driver's" wire $mac_of_guest -- guest
must script offline

must make_tap
new_store
xenstore-write $backend/gatewaydev eth0
check "the tap may come first" script add tap
is "with the address" "$(addresses_of vif1.0-emu)" $mac_of_guest
check "then the vif" script online
is "without it" "$(addresses_of vif1.0)" ""
check "remove" script remove tap
check "and it is the vif's" wait_until leads vif1.0 $mac_of_guest
must script offline

# vif-common.sh gives the devices these names, from the store, and then tells
# us of them.
new_store
xenstore-write $backend/gatewaydev eth0 $backend/vifname web
check "the NIC has a name of its own" script online
is "its device has it, and the address" "$(addresses_of web)" $mac_of_guest
check "the tap's follows from it" script add tap
is "it has the address" "$(addresses_of web-emu)" $mac_of_guest
is "and the vif has none" "$(addresses_of web)" ""
check "remove" script remove tap
check "and it is the vif's" wait_until leads web $mac_of_guest
check "offline" script offline
check "detaches it" no_port web
finish
