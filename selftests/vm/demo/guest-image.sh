#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest-image.sh KERNEL-FOLDER FILE - write the initramfs that a guest of the
# demo runs in: busybox, guest-init, dhcp-script, iperf3 with its libraries,
# and the modules for virtio-net. It takes a moment, so none is kept.
#
# guest-image.sh KERNEL-FOLDER FILE INIT MODULE... - busybox, this first process
# and these modules
set -euo pipefail

here=$(dirname "$(realpath "$0")")

die() { echo "${0##*/}: $*" >&2; exit 1; }

# Paths of the modules, each after those that it needs
load_order()
{
	modprobe --dirname "$kernel/root" --set-version "$(cat "$kernel/release")" \
		--show-depends --all "${modules[@]}" |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# Numbered, so that a glob loads them in this order
add_modules()
{
	local order path name n=10

	order=$(load_order)
	for path in $order; do
		name=${path##*/}
		case $path in
		*.xz) xz -dc "$path" ;;
		*) cat "$path" ;;
		esac >"$tree/modules/$n-${name%%.ko*}.ko"
		n=$((n + 1))
	done
}

# The program at the same path as here, and what its loader will look for
add_program()
{
	local path

	for path in "$1" $(ldd "$1" | grep -o '/[^ ]*'); do
		mkdir -p "$tree${path%/*}"
		cp -L "$path" "$tree$path"
	done
}

[ $# -eq 2 ] || [ $# -ge 4 ] ||
	die "usage: ${0##*/} KERNEL-FOLDER FILE [INIT MODULE...]"
kernel=$(realpath "$1") image=$2 init=${3-$here/guest-init}
modules=(virtio_mmio virtio_net)
[ $# -eq 2 ] || modules=("${@:4}")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' HUP INT TERM

mkdir "$tree"/{bin,dev,proc,tmp,modules}
cp /bin/busybox "$tree/bin/"
install -m 755 "$init" "$tree/init"
if [ $# -eq 2 ]; then
	install -m 755 "$here/dhcp-script" "$tree/"
	add_program "$(command -v iperf3)"
fi
add_modules
(cd "$tree" && find . | cpio -o -H newc --quiet) >"$image.new"
mv "$image.new" "$image"
