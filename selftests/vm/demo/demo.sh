#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh - see vifmap at work: boots a kernel in a virtual machine to be the
# host, and two guests in there. Fetches and builds all that it needs.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../../..")
folder='' runner='' ticker=''

step() { printf '\n==> %s\n' "$*"; }

topology()
{
	cat <<-'END'
	vifmap: two virtual machines and a container on one NIC, without a bridge

	    guest1      guest2       box
	    (QEMU)      (QEMU)   (container)
	      |           |           |
	     tap0        tap1        box0           another host
	      |           |           |             10.44.0.1, DHCP server
	   +--+-----------+-----------+--+             |
	   |           vifmap0           |             |
	   +--------------+--------------+             |
	                 eth0 ---------- wire ------ wire0
	         the host, 10.44.0.2
	END
}

# A sign of life while something quiet runs; ends with us, however that is.
tick()
{
	local pid

	trap 'kill "$pid" 2>/dev/null; exit' TERM
	while kill -0 $$ 2>/dev/null; do
		sleep 5 &
		pid=$!
		wait "$pid"
		echo "    ... $SECONDS s"
	done
}

stop_ticker()
{
	[ -n "$ticker" ] || return 0
	kill "$ticker" 2>/dev/null || :
	wait "$ticker" 2>/dev/null || :
	ticker=''
}

# The folder is in the checkout, because the machine is sure to see that.
prepare()
{
	local kernel module

	step "packages"
	"$top/scripts/install-packages.sh" make gcc libc6-dev pkgconf \
		libmnl-dev libjson-c-dev qemu-system-x86 busybox-static cpio \
		kmod xz-utils iproute2 iputils-ping iperf3 dnsmasq-base \
		nftables
	step "a kernel"
	kernel=$("$here/../fetch-kernel.sh" 6.1)
	step "the module"
	module=$("$top/scripts/build-module.sh" -k 6.1)
	step "the tool"
	make -s -C "$top/tools/vifmap"
	step "an image for the guests: busybox, iperf3, virtio-net"
	mkdir -p "$top/build"
	folder=$(mktemp -d "$top/build/demo.XXXXXX")
	cp -L "$module" "$kernel/vmlinux" "$folder/"
	"$here/guest-image.sh" "$kernel" "$folder/guest"
}

# In the background, so that a signal for us is handled at once. The runner
# ends its machine when it gets one, also when we are killed without a trap.
run_inside()
{
	setpriv --pdeathsig TERM "$here/../run.sh" -k 6.1 -t 900 -d "$top" -- \
		"$here/inside.sh" "$folder" &
	runner=$!
	wait "$runner"
}

# shellcheck disable=SC2317 # called by the trap
cleanup()
{
	stop_ticker
	[ -z "$runner" ] || kill "$runner" 2>/dev/null || :
	wait
	[ -z "$folder" ] || rm -rf "$folder"
}

[ "$(id -u)" -eq 0 ] || { echo "demo: not root" >&2; exit 1; }
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

topology
tick &
ticker=$!
prepare
stop_ticker
step "boot the host"
if ! run_inside; then
	echo "demo: FAILED after $SECONDS s" >&2
	exit 1
fi
echo
echo "demo: all steps succeeded in $SECONDS s"
