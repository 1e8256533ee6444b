# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# sid.sh - the kernel of Debian unstable, in a root of its own; sourced by
# fetch-kernel.sh
#
# Its headers want that release's compiler and C library, so buildroot is a
# small Debian to build modules in. The machine's own apt knows nothing of it:
# debootstrap fetches and verifies the packages, those of the kernel, too.

here=${here:?} work=${work-} install_packages=${install_packages:?}
# shellcheck source=selftests/vm/lib-root.sh
. "$here/lib-root.sh"

sid_bootstrap()
{
	root_bootstrap sid "$work/root" "$work/log" "$@" ||
		die "debootstrap has not fetched Debian's unstable release"
}

# Sets release to what linux-image-amd64 wants now. That package itself is not
# installed, as it would make an initramfs.
sid_find_release()
{
	sid_bootstrap --print-debs --keep-debootstrap-dir \
		--include=linux-image-amd64
	release=$(tr ' ' '\n' <"$work/log" |
		sed -n 's/^linux-binary-\([0-9].*-amd64\)$/\1/p' | head -n 1)
	case $release in
	"$series".*) ;;
	*) die "Debian's unstable release has ${release:-no kernel}, no $series" ;;
	esac
}

provide_sid()
{
	local series=$1 mirror release packages

	[ "$(id -u)" -eq 0 ] || die "$series: only root can set up its root"
	"$install_packages" debootstrap debian-archive-keyring util-linux
	find_mirror "$install_packages" || die "apt has no source of Debian's"
	sid_find_release
	packages=(make gcc clang "linux-headers-$release" "linux-binary-$release"
		"linux-modules-$release")
	say "setting up a root with ${packages[*]}"
	sid_bootstrap --include="$(IFS=,; echo "${packages[*]}")"
	rm -rf "$work/root/var/cache/apt/archives" "$work/log"

	echo "$release" >"$work/release"
	ln -s root "$work/buildroot"
	ln -s "root/usr/lib/modules/$release" "$work/modules"
	ln -s modules/vmlinuz "$work/vmlinuz"
	ln -s modules/config "$work/config"
	ln -s "root/usr/src/linux-headers-$release" "$work/kdir"
	depmod -b "$work/root" "$release"
	extract_vmlinux "$work/vmlinuz" >"$work/vmlinux" ||
		die "cannot unpack $work/vmlinuz"
}
