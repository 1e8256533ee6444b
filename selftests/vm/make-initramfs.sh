#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make-initramfs.sh KERNEL-FOLDER - build the initramfs of run.sh for a kernel
# that fetch-kernel.sh put there, keep it beside the kernel, print its path.
# It holds busybox, init, guest.sh and the modules that the root needs.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
busybox=/bin/busybox
modules="virtio_pci 9pnet_virtio 9p overlay virtio_console"

die() { echo "${0##*/}: $*" >&2; exit 1; }

# modules.dep names what a module wants so that the first needed comes last.
# One that is built into the kernel is not in there.
load_order()
{
	awk -v wanted="$modules" '
	{
		path = $1
		sub(/:$/, "", path)
		name = path
		sub(/.*\//, "", name)
		sub(/\.ko.*/, "", name)
		line[name] = path
		for (i = NF; i > 1; i--)
			needs[name] = needs[name] $i " "
	}
	END {
		n = split(wanted, want, " ")
		for (i = 1; i <= n; i++) {
			m = split(needs[want[i]] line[want[i]], load, " ")
			for (j = 1; j <= m; j++)
				if (!seen[load[j]]++)
					print load[j]
		}
	}' "$kernel/modules/modules.dep"
}

unpack_module()
{
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dcq "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# Numbered, so that a glob loads them in this order
add_modules()
{
	local order path name n=10

	order=$(load_order)
	while read -r path; do
		[ -n "$path" ] || continue
		name=${path##*/}
		unpack_module "$kernel/modules/$path" \
			>"$tree/modules/$n-${name%%.ko*}.ko"
		n=$((n + 1))
	done <<<"$order"
}

build()
{
	tree=$(mktemp -d "$kernel/.initramfs.XXXXXX")
	trap 'rm -rf "$tree" "$initramfs.new"' EXIT
	trap 'exit 1' HUP INT TERM
	mkdir "$tree"/{bin,dev,proc,sys,modules,lower,upper,root,keep}
	cp "$busybox" "$tree/bin/busybox"
	cp "$here/init" "$here/guest.sh" "$tree/"
	add_modules
	(cd "$tree" && find . | cpio -o -H newc --quiet) >"$initramfs.new"
	# Those of older scripts; a young one may be another checkout's.
	find "$kernel" -maxdepth 1 -name 'initramfs-*' -mtime +1 -delete
	mv "$initramfs.new" "$initramfs"
}

[ $# -eq 1 ] || die "usage: ${0##*/} KERNEL-FOLDER"
kernel=$1
key=$(cat "$here/init" "$here/guest.sh" "$0" "$busybox" | sha256sum)
initramfs=$kernel/initramfs-${key:0:16}

if [ ! -s "$initramfs" ]; then
	exec 9>"$kernel/.initramfs.lock"
	flock 9
	[ -s "$initramfs" ] || build
fi
echo "$initramfs"
