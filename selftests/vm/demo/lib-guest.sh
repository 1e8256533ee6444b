# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-guest.sh - the demo's QEMU guests. Sourced after lib-step.sh, with $image,
# $tmp and $here set.
: "${image:?}" "${tmp:?}" "${here:?}"

# shellcheck source=../lib-console.sh
. "$here/../lib-console.sh"

# A guest that is emulated by an emulated machine is slow. It finds out by
# itself how fast its clock runs only when the machine is idle, so it is told:
# its clock is the machine's. Changing code that has run, as for a single
# processor, is dear. The rest is what such a guest can do without.
guest_parameters()
{
	local khz

	khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo)
	echo console=ttyS0 quiet loglevel=3 panic=-1 "NAME=$1" \
		"tsc_early_khz=$khz" tsc=reliable lpj=4000000 no_timer_check \
		noreplace-smp mitigations=off rodata=off lsm=capability \
		audit=0 cryptomgr.notests random.trust_cpu=on
}

# NAME TAP MAC
guest_start()
{
	console_start "$1" "$tmp/$1" \
		qemu-system-x86_64 -M microvm -accel tcg -smp 1 -m 160 \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$image/vmlinux" -initrd "$image/guest" \
		-append "$(guest_parameters "$1")" \
		-chardev stdio,id=console,signal=off -serial chardev:console \
		-netdev "tap,id=net,ifname=$2,script=no,downscript=no" \
		-device "virtio-net-device,netdev=net,mac=$3"
}

console_is_silent() { echo "    ... $1, $2 s" >&2; }

# NAME COMMAND [ARG]...: words that need no quoting
guest_run()
{
	console_say "$@"
	console_read "$1" 120
}

# Until the guest has booted and has an address
guest_wait()
{
	local name=$1 output status=0

	output=$(console_read "$name" 400) || status=$?
	shown_at "$name" <<<"$output"
	[ "$status" -eq 0 ] || fail "$name has no address"
	# shellcheck disable=SC2034 # lib-step.sh reads it
	address["$name"]=$(sed -n 's/^@address //p' <<<"$output")
}

guests_stop()
{
	local name

	for name; do
		console_say "$name" poweroff -f
	done
	for name; do
		wait_for 120 eval "! console_runs $name"
	done
}
