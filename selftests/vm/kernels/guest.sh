# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# guest.sh - a small kernel without modules for guests, built from Debian's
# linux-source with guest.config; sourced by fetch-kernel.sh. It is built as the
# debug kernel is.

# shellcheck source=selftests/vm/kernels/debug.sh
. "${here:?}/kernels/debug.sh"
debug_config=$here/kernels/guest.config
# shellcheck disable=SC2034 # fetch-kernel.sh looks for these
parts=(release vmlinuz)

key_guest() { key_debug "$1"; }

provide_guest()
{
	local name=$1

	"${install_packages:?}" "$name" xz-utils make gcc libc6-dev flex bison \
		bc libelf-dev
	say "unpacking $name"
	mkdir "${work:?}/source"
	tar -xJf "/usr/src/$name.tar.xz" -C "$work/source" --strip-components=1
	debug_configure
	say "building $name for guests, some minutes"
	debug_make bzImage
	mv "$work/source/arch/x86/boot/bzImage" "$work/vmlinuz"
	cp "$work/source/include/config/kernel.release" "$work/release"
	rm -r "$work/source" "$work/log"
}
