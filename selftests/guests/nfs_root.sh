#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: qemu-system-x86 ipxe-qemu dnsmasq-base nfs-kernel-server
# Options: -m 1024
# Timeout: 1200
# Prepare: prepare
#
# A guest boots from the network, has its root on an NFS server on the wire, and
# reads and writes there. Offloads are on, so large segments pass whole.

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-guest.sh
. "${0%/*}/lib-guest.sh"
# shellcheck source=lib-account.sh
. "${0%/*}/lib-account.sh"

need_commands rpcbind rpc.nfsd rpc.mountd exportfs
export_dir=$tmp/export
data=2000000 nfs_server=

make_export()
{
	mkdir "$export_dir"
	must mount -t tmpfs export "$export_dir"
	must cp -a "$files/root/." "$export_dir/"
	head -c $data /dev/urandom >"$export_dir/data"
	sha256sum <"$export_dir/data" >"$tmp/sum"
}

# A server of the kernel's belongs to a network namespace, as the file system
# does that controls it, and lives as long as that is mounted. So the last
# program, which knows who may mount what, is to be in there.
start_nfs_server()
{
	must modprobe nfsd
	serve rpcbind -f -w
	must wait_until listens -t 111
	at_end+=(stop_nfs_server)
	# shellcheck disable=SC2016 # the inner shell is to expand it
	background wire unshare --mount bash -ec '
		mount -t nfsd nfsd /proc/fs/nfsd
		exportfs -i -o rw,no_root_squash,no_subtree_check,fsid=1 "*:$1"
		rpc.nfsd --no-nfs-version 4 --no-udp --tcp 2
		exec rpc.mountd --foreground --no-nfs-version 4
		' - "$export_dir" >"$tmp/nfs.log" 2>&1
	nfs_server=$!
	must wait_until listens -t 2049
	must wait_until mount_is_registered
}

mount_is_registered() { at wire rpcinfo -T tcp "$wire_address" mountd 3; }

# shellcheck disable=SC2317 # called when the test ends
stop_nfs_server()
{
	kill "$nfs_server"
	wait "$nfs_server" 2>/dev/null
	umount -l "$export_dir"
}

must ip link add eth0 type veth peer name wire0
connect
# shellcheck disable=SC2034 # for check_sums
vifs=(tap0)
begin_account
make_export
start_nfs_server
serve_boot vmlinuz
# shellcheck disable=SC2046 # words
write_boot_script $(kernel_parameters) root=/dev/nfs rw init=/init \
	"nfsroot=$wire_address:$export_dir,vers=3,tcp,nolock"

start_guest virtio-net-pci
check "a guest boots" guest_answers $boot_time
[ "$failures" -eq 0 ] || finish
guest_is "its root is on NFS" "awk '\$2 == \"/\" { print \$1 }' /proc/mounts" \
	"$wire_address:$export_dir"
# What it was booted from came in small blocks.
bytes=$(counter tap0 tx-bytes) packets=$(counter tap0 tx-packets)
guest_is "what it reads is whole" "sha256sum </data" "$(<"$tmp/sum")"
large=$((($(counter tap0 tx-bytes) - bytes) /
	($(counter tap0 tx-packets) - packets)))
guest_check "it writes a copy" "cp /data /copy && sync"
check "which is whole, too" cmp "$export_dir/data" "$export_dir/copy"
check "segments have passed that are larger than the wire's" \
	[ $large -gt 1514 ]
account_for
check "the guest ends" stop_guest
finish
