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
#   buildroot  root folder to do that in, where the host's compiler will not do
#
# A kernel comes from a provider: kernels/NAME.sh, whose function provide_NAME
# fills the folder $work with the above. versions() says which one to ask. Where
# it has a function key_NAME, too, a kernel in the cache whose file `key` says
# something else is replaced.
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
	7.2) echo sid 7.2 ;;
	debug) echo debug linux-source-6.12 ;;
	guest) echo guest linux-source-6.12 ;;
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

# --- the cache ---

complete()
{
	local file

	for file in "${parts[@]}"; do
		[ -e "$1/$file" ] || die "$version: no $file"
	done
}

# shellcheck disable=SC2317 # called by the trap
cleanup()
{
	local jobs

	mapfile -t jobs < <(jobs -p)
	[ ${#jobs[@]} -eq 0 ] || kill -9 "${jobs[@]}" 2>/dev/null || :
	wait 2>/dev/null # bash says whom it killed
	rm -rf "$work" "$old"
}

# Goes when we end: whoever has just been told of it may still read it.
discard()
{
	old=$(mktemp -d "$cache/.$version.XXXXXX")
	mv "$cache/$version" "$old/"
}

in_cache()
{
	[ -e "$cache/$version" ] &&
		[ "$key" = "$(cat "$cache/$version/key" 2>/dev/null)" ]
}

fetch()
{
	"$install_packages" kmod xz-utils zstd lz4
	rm -rf "$cache/.$version".??????
	work=$(mktemp -d "$cache/.$version.XXXXXX")
	chmod 755 "$work"
	trap cleanup EXIT
	trap 'exit 1' HUP INT TERM
	"provide_${provider[0]}" "${provider[@]:1}"
	complete "$work"
	[ -z "$key" ] || echo "$key" >"$work/key"
	[ ! -e "$cache/$version" ] || discard
	mv -T "$work" "$cache/$version"
	say "$version is $(cat "$cache/$version/release")"
}

version=${1-}
read -ra provider < <(versions "$version") ||
	die "usage: ${0##*/} 6.1|6.12|7.2|debug|guest"
work='' old='' key=''
# What there has to be of it
parts=(release vmlinuz vmlinux modules/modules.dep kdir/Makefile)
# shellcheck source=selftests/vm/kernels/debian.sh
. "$here/kernels/${provider[0]}.sh"
if declare -F "key_${provider[0]}" >/dev/null; then
	key=$("key_${provider[0]}" "${provider[@]:1}")
fi

mkdir -p "$cache"
if ! in_cache; then
	exec 9>"$cache/.$version.lock"
	flock 9
	in_cache || fetch
fi
echo "$cache/$version"
