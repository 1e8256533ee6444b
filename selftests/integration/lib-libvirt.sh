# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-libvirt.sh - libvirt in a test machine, with vifmap's integration; sourced
# by its tests, after lib.sh

: "${here:?}"

# As a user does
install_vifmap()
{
	must make -s -C "$here/../tools/integration" install PREFIX=/usr
	must install "$(command -v vifmap)" /usr/sbin/vifmap
}

# qemu_settings DRIVER: for libvirt's qemu.conf; there is neither systemd nor a
# control group here, and AppArmor only where the driver is that.
qemu_settings()
{
	cat <<-END
	user = "root"
	group = "root"
	security_driver = "$1"
	namespaces = []
	cgroup_controllers = []
	stdio_handler = "file"
	remember_owner = 0
	END
}

# libvirtd_settings LOG: for its libvirtd.conf; whoever gets at its socket is
# root
libvirtd_settings()
{
	cat <<-END
	auth_unix_rw = "none"
	unix_sock_group = "root"
	log_outputs = "2:file:$1"
	END
}
