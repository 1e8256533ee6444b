#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fetch-kernel.sh VERSION - put a kernel and its headers into the cache,
# unpacked, and print the folder. Nothing is installed on the host. The
# folder holds:
#
#   release    what `uname -r` says in the guest
#   vmlinuz    the kernel as it was packaged
#   vmlinux    the same as an uncompressed ELF file
#   modules/   to be /lib/modules/RELEASE in the guest
#   kdir       the tree to build modules against: make -C .../kdir M=$PWD
#
# A kernel comes from a provider: a function provide_NAME that fills the
# folder $work with the above. versions() says which one to ask.
set -euo pipefail
export LC_ALL=C # apt's words are read

here=$(dirname "$(realpath "$0")")
install_packages=$here/../../scripts/install-packages.sh
cache=${VIFMAP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vifmap}/kernels

say() { echo "${0##*/}: $*" >&2; }
die() { say "$*"; exit 1; }

# VERSION -> provider and its arguments
versions()
{
	case $1 in
	6.1) echo debian 6.1 linux-image-amd64 ;;
	6.12) echo debian 6.12 linux-image-6.12-amd64 ;;
	*) return 1 ;;
	esac
}

# A little-endian number in a file: FILE OFFSET SIZE
number_at()
{
	od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# The x86 boot protocol says where in a vmlinuz the compressed kernel lies.
# The kernel's build appends the size to what its compressors leave, except to
# gzip's output, which has it; the decompressors would stumble over that.
extract_vmlinux()
{
	local start size unpack

	start=$((($(number_at "$1" 497 1) + 1) * 512 + $(number_at "$1" 584 4)))
	size=$(number_at "$1" 588 4)
	case $(od -A n -t x1 -j "$start" -N 4 "$1" | tr -d ' ') in
	1f8b*) unpack='gzip -dc' ;;
	fd377a58) unpack='xz -dc' size=$((size - 4)) ;;
	28b52ffd) unpack='zstd -dc' size=$((size - 4)) ;;
	02214c18) unpack='lz4 -dc' size=$((size - 4)) ;;
	*) return 1 ;;
	esac
	dd if="$1" bs=64k iflag=skip_bytes,count_bytes skip="$start" \
		count="$size" status=none | $unpack
}

# --- Debian's packages of this host's own release ---

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

# --- the cache ---

complete()
{
	local file

	for file in release vmlinuz vmlinux modules/modules.dep kdir/Makefile
	do
		[ -e "$1/$file" ] || die "$version: no $file"
	done
}

fetch()
{
	"$install_packages" kmod xz-utils zstd lz4
	rm -rf "$cache/.$version".??????
	work=$(mktemp -d "$cache/.$version.XXXXXX")
	chmod 755 "$work"
	[ "${KEEP-}" ] || 	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	"provide_${provider[0]}" "${provider[@]:1}"
	complete "$work"
	mv -T "$work" "$cache/$version"
	say "$version is $(cat "$cache/$version/release")"
}

version=${1-}
read -ra provider < <(versions "$version") ||
	die "usage: ${0##*/} 6.1|6.12"

mkdir -p "$cache"
if [ ! -e "$cache/$version" ]; then
	exec 9>"$cache/.$version.lock"
	flock 9
	[ -e "$cache/$version" ] || fetch
fi
echo "$cache/$version"
