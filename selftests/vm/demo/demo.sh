#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh - see vifmap at work: boots a kernel in a virtual machine, and in
# that two more, which are guests on one NIC. Fetches and builds all it needs.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../../..")
folder=build/demo # below $top: the one folder that the machine is sure to see
runner=

step() { printf '\n==> %s\n' "$*"; }

topology()
{
	cat <<-'END'
	vifmap demo: two virtual machines and a container on one NIC, no bridge

	     guest1         guest2          box
	     (QEMU)         (QEMU)      (container)
	        |              |             |
	      tap0           tap1          box0          namespace "wire"
	        |              |             |          +-----------------+
	   +----+--------------+-------------+---+      |  another host   |
	   |              vifmap0                |      |  10.44.0.1      |
	   |                 |                   |      |  DHCP server    |
	   |               eth0 10.44.0.2 -------+------+- wire0          |
	   +--------------- host ----------------+      +-----------------+
	END
}

prepare()
{
	local kernel module

	"$top/scripts/install-packages.sh" make gcc libc6-dev pkgconf \
		libmnl-dev libjson-c-dev qemu-system-x86 busybox-static cpio \
		kmod iproute2 iputils-ping iperf3 dnsmasq-base
	kernel=$("$here/../fetch-kernel.sh" 6.1)
	module=$("$top/scripts/build-module.sh" -k 6.1)
	make -s -C "$top/tools/vifmap"

	mkdir -p "$top/$folder"
	cp -L "$module" "$kernel/vmlinux" "$top/$folder/"
	"$here/guest-image.sh" "$kernel" "$top/$folder/guest"
}

# In the background, so that a signal for us reaches the runner at once; it
# ends its machine then, and also when we are killed without a trap.
run_inside()
{
	setpriv --pdeathsig TERM "$here/../run.sh" -k 6.1 -t 600 -d "$top" -- \
		"$here/inside.sh" "$folder" &
	runner=$!
	wait "$runner"
}

# shellcheck disable=SC2317 # called by the trap
cleanup()
{
	[ -z "$runner" ] || kill "$runner" 2>/dev/null || :
	wait
	rm -rf "${top:?}/$folder"
}

topology
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
step "packages, a kernel, the module, the tool and the guests' image"
prepare
step "boot the kernel that will be the host"
if ! run_inside; then
	echo "demo: FAILED after $SECONDS s" >&2
	exit 1
fi
echo
echo "demo: all steps succeeded in $SECONDS s"
