# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# debian.sh - kernels from the packages of this host's own release of Debian;
# sourced by fetch-kernel.sh

work=${work-} install_packages=${install_packages:?}

# RELEASE that the meta-package wants now
debian_release()
{
	apt-cache depends "$1" 2>/dev/null |
		sed -n 's/^ *Depends: linux-image-\([0-9].*\)$/\1/p' | head -n 1
}

# Version of a package that apt would take, the one whose contents match
debian_candidate()
{
	apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p'
}

# -common and linux-kbuild have names of their own: the headers name them.
debian_header_packages()
{
	local release=$1 version=$2

	echo "linux-headers-$release=$version"
	apt-cache show "linux-headers-$release=$version" |
		sed -n 's/^Depends: //p' | tr ',|' '[\n*]' |
		sed -n 's/^ *\(linux-headers-[^ ]*-common\|linux-kbuild-[^ ]*\).*/\1/p' |
		sort -u | sed "s/\$/=$version/"
}

# Prints nothing when apt's lists know no such kernel.
debian_packages()
{
	local series=$1 meta=$2 release version

	release=$(debian_release "$meta")
	case $release in
	"$series".*) ;;
	*) return 1 ;;
	esac
	version=$(debian_candidate "linux-image-$release")
	echo "linux-image-$release=$version"
	debian_header_packages "$release" "$version"
}

debian_download()
{
	local list

	list=$(debian_packages "$1" "$2") || return 1
	say "downloading ${list//$'\n'/ }"
	# shellcheck disable=SC2086 # one word per package
	(cd "$work/deb" && apt-get -qq download -o Acquire::Retries=3 \
		-o APT::Sandbox::User=root $list >&2)
}

# The headers' Makefile includes that of -common by its absolute path; make it
# follow the folder instead, wherever that is.
debian_fix_headers()
{
	local kdir=$1 up

	# shellcheck disable=SC2016 # make is to expand it
	up='$(dir $(realpath $(lastword $(MAKEFILE_LIST))))../'
	sed -i "s|^include /usr/src/|include $up|" "$kdir/Makefile"
	if grep -n '[ =]/usr/\(src\|lib\)/' "$kdir/Makefile" >&2; then
		die "unknown absolute path in $kdir/Makefile"
	fi
}

debian_unpack()
{
	local deb

	say "unpacking"
	# depmod looks in lib or usr/lib, as its own distribution has it
	mkdir -p "$work/root/usr/lib"
	ln -s usr/lib "$work/root/lib"
	for deb in "$work"/deb/*.deb; do
		# Symlinks kept: older packages unpack into ./lib.
		dpkg-deb --fsys-tarfile "$deb" |
			tar -C "$work/root" -x --keep-directory-symlink
	done
	rm -r "$work/deb"
}

provide_debian()
{
	local series=$1 meta=$2 release

	mkdir "$work/deb"
	if ! debian_download "$series" "$meta"; then
		"$install_packages" --update
		rm -rf "$work"/deb/*
		debian_download "$series" "$meta" ||
			die "$meta gives no kernel $series here"
	fi
	debian_unpack
	release=$(basename "$work"/root/boot/vmlinuz-*)
	release=${release#vmlinuz-}
	echo "$release" >"$work/release"
	ln -s "root/boot/vmlinuz-$release" "$work/vmlinuz"
	ln -s "root/boot/config-$release" "$work/config"
	ln -s "root/lib/modules/$release" "$work/modules"
	ln -s "root/usr/src/linux-headers-$release" "$work/kdir"
	debian_fix_headers "$work/kdir"
	depmod -b "$work/root" "$release"
	extract_vmlinux "$work/vmlinuz" >"$work/vmlinux" ||
		die "cannot unpack $work/vmlinuz"
}
