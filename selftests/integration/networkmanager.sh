#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: network-manager systemd udev dbus
# Roots: bookworm trixie
# Options: -n e1000
# Timeout: 1800
#
# A host whose bridge is NetworkManager's boots with its address on the NIC when
# it has been told so by the lines in README.md; and NetworkManager leaves vifs
# alone.

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-systemd.sh
. "${0%/*}/lib-systemd.sh"
# shellcheck source=lib-moving.sh
. "${0%/*}/lib-moving.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it changes /etc"
need_commands nmcli systemctl

nmcli() { inside nmcli "$@"; }
runs() { nmcli general status; }

# state_of DEVICE: what NetworkManager says of it
state_of() { nmcli -g GENERAL.STATE device show "$1"; }
is_port() { [ "$(master_of "$1")" = "$2" ]; }
is_connected() { [[ "$(state_of "$1")" = 100* ]]; }

nic_with_wire
make_guest
keep_names
must env SYSTEMD_OFFLINE=1 systemctl enable NetworkManager
at_end+=(pull_plug)
boot
check "NetworkManager runs" wait_until runs
check "it is told to make a bridge" nmcli connection add type bridge \
	con-name br0 ifname br0 bridge.stp no ipv4.method manual \
	ipv4.addresses 192.0.2.10/24 ipv4.gateway 192.0.2.1
check "of the NIC" nmcli connection add type ethernet con-name br0-eth0 \
	ifname eth0 master br0
check "which it does" wait_until is_connected br0
check "it has the NIC" wait_until is_port eth0 br0
check "the host is reached by it" wait_until answers wire

check "step 4" follow 'From a bridge' 4
must nmcli connection modify br0-eth0 connection.autoconnect no
power_off
forget_all
boot
check "the machine boots" wait_until is_connected eth0
on_nic "after a boot:"
check "a guest is attached" vifmap attach v0 pdev eth0
must ip tuntap add dev v1 mode tap
check "and the tap of another" vifmap attach v1 pdev eth0
guest_is_at_home "after a boot:"
for name in vifmap0 v0 v1; do
	check "NetworkManager has seen $name" wait_until state_of $name
done
on_nic "with a guest:"
is "the vifs stay where they are" "$(master_of v0) $(master_of v1)" \
	"vifmap0 vifmap0"
finish
