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
data=2000000

make_export()
{
	mkdir "$export_dir"
	must mount -t tmpfs export "$export_dir"
	must cp -a "$files/root/." "$export_dir/"
	head -c $data /dev/urandom >"$export_dir/data"
	sha256sum <"$export_dir/data" >"$tmp/sum"
}

# A server of the kernel's belongs to a network namespace, and so does the file
# system that controls it.
nfs_server()
{
	nsenter --net="/run/netns/${prefix}wire" unshare --mount bash -ec '
		mount -t nfsd nfsd /proc/fs/nfsd
		'"$1"
}

start_nfs_server()
{
	must modprobe nfsd
	serve rpcbind -f -w
	must wait_until listens -t 111
	must nfs_server 'exportfs -i -o \
		rw,no_root_squash,no_subtree_check,fsid=1 *:'"$export_dir"'
		rpc.nfsd --no-nfs-version 4 --no-udp --tcp 2'
	at_end+=(stop_nfs_server)
	serve rpc.mountd --foreground --no-nfs-version 4
	must wait_until listens -t 2049
	must wait_until mount_is_registered
}

mount_is_registered() { at wire rpcinfo -T tcp "$wire_address" mountd 3; }

# Its threads would hold the namespace.
# shellcheck disable=SC2317 # called when the test ends
stop_nfs_server()
{
	nfs_server 'rpc.nfsd 0'
	umount "$export_dir"
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
guest_is "what it reads is whole" "sha256sum </data" "$(<"$tmp/sum")"
guest_check "it writes a copy" "cp /data /copy && sync"
check "which is whole, too" cmp "$export_dir/data" "$export_dir/copy"
large=$(($(counter tap0 tx-bytes) / $(counter tap0 tx-packets)))
check "segments have passed that are larger than the wire's" \
	[ $large -gt 1514 ]
account_for
check "the guest ends" stop_guest
finish
