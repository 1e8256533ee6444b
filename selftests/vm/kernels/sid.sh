# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# sid.sh - the kernel of Debian unstable, in a root of its own; sourced by
# fetch-kernel.sh
#
# Its headers want that release's compiler and C library, so buildroot is a
# small Debian to build modules in. The machine's own apt knows nothing of it:
# debootstrap fetches and verifies the packages, those of the kernel, too.

work=${work-} install_packages=${install_packages:?}

# Where this machine has its Debian from, which apt's lists say
sid_mirror()
{
	# shellcheck disable=SC2016 # apt is to expand it
	apt-get indextargets \
		--format '$(ORIGIN) $(LABEL) $(CREATED_BY) $(REPO_URI)' |
		sed -n 's/^Debian Debian Packages //p' | head -n 1
}

# apt's, where the environment names none
sid_proxy()
{
	local proxy=

	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	echo "${http_proxy:-$proxy}"
}

# What it mounts vanishes with its namespace, what it starts with its first
# process, and that with us. In the background, so that signals reach us.
sid_bootstrap()
{
	http_proxy=$(sid_proxy) setpriv --pdeathsig KILL \
		unshare --mount --pid --fork --kill-child \
		debootstrap --variant=minbase "$@" sid "$work/root" "$mirror" \
		>"$work/log" 2>&1 </dev/null 9>&- &
	if ! wait $!; then
		tail -n 20 "$work/log" >&2
		die "debootstrap has not fetched Debian's unstable release"
	fi
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

sid_find_mirror()
{
	mirror=$(sid_mirror)
	if [ -z "$mirror" ]; then
		"$install_packages" --update
		mirror=$(sid_mirror)
	fi
	[ "$mirror" ] || die "apt has no source of Debian's"
}

provide_sid()
{
	local series=$1 mirror release packages

	[ "$(id -u)" -eq 0 ] || die "$series: only root can set up its root"
	"$install_packages" debootstrap debian-archive-keyring util-linux
	sid_find_mirror
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
