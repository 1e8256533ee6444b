# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-libvirtd.sh - the one libvirtd of a host, with the machine's own settings;
# sourced by tests, after lib.sh

: "${tmp:?}"

# shellcheck source=lib-libvirt.sh
. "${BASH_SOURCE[0]%/*}/lib-libvirt.sh"

libvirtd=

# configure_libvirt DRIVER
configure_libvirt()
{
	libvirtd_settings "$tmp/libvirtd.log" >>/etc/libvirt/libvirtd.conf
	qemu_settings "$1" >>/etc/libvirt/qemu.conf
}

# What it finds in /sys has to be that of the host's namespace.
start_libvirtd()
{
	unshare --mount bash -c 'mount -t sysfs sysfs /sys && {
		[ ! -e /sys/kernel/security ] ||
			mount -t securityfs securityfs /sys/kernel/security
		} && exec libvirtd' >"$tmp/libvirtd.out" 2>&1 &
	libvirtd=$!
	pids+=($!)
	wait_until virsh -q list
}

restart_libvirtd()
{
	kill "$libvirtd"
	wait "$libvirtd"
	start_libvirtd
}
