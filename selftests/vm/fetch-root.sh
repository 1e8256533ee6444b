#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fetch-root.sh DISTRIBUTION [PACKAGE]... - put a small Debian of this release
# (bookworm, trixie) with these packages into the cache, and print its folder.
# Each set of packages has a folder of its own, made from that without any, so
# that none changes while a machine runs with it (run.sh -r).
#
# Mirrors and options are those of this machine's apt.
set -euo pipefail
export LC_ALL=C # apt's words are read

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
install_packages=$top/scripts/install-packages.sh
cache=${VIFMAP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vifmap}/roots
# shellcheck source=selftests/vm/lib-root.sh
. "$here/lib-root.sh"

say() { echo "${0##*/}: $*" >&2; }
die() { say "$*"; exit 1; }

# All of the release that this machine has of its own
write_sources()
{
	local security

	security=$(debian_repository Debian-Security)
	{
		echo "deb $mirror $distribution main"
		echo "deb $mirror $distribution-updates main"
		[ -z "$security" ] ||
			echo "deb $security $distribution-security main"
	} >"$work/root/etc/apt/sources.list"
	apt-config dump Acquire |
		grep -E '^Acquire::(Check-|Retries|Force|https?\b)' \
		>"$work/root/etc/apt/apt.conf.d/90vifmap" || :
}

# The scripts are made visible in there, and the folders for that remain.
in_root() { root_enter "$work/root" "$top/scripts" "$@"; }

# policy-rc.d, which that script writes, keeps services from starting.
add_packages()
{
	in_root "$install_packages" "$@" >&2 9>&-
	rm -f "$work"/root/var/cache/apt/archives/*.deb
}

make_base()
{
	local options=()

	"$install_packages" debootstrap debian-archive-keyring util-linux
	find_mirror "$install_packages" || die "apt has no source of Debian's"
	[[ $mirror != https:* ]] || options=(--include=ca-certificates)
	say "setting up $distribution"
	root_bootstrap "$distribution" "$work/root" "$work/log" "${options[@]}" ||
		die "debootstrap has not fetched $distribution"
	rm "$work/log"
	write_sources
	in_root "$install_packages" --update >&2
}

make_set()
{
	local base

	base=$("$0" "$distribution")
	say "adding to $distribution: $*"
	cp -a --reflink=auto "$base" "$work/root"
	add_packages "$@"
}

# shellcheck disable=SC2317 # called by the trap
cleanup()
{
	local jobs

	mapfile -t jobs < <(jobs -p)
	[ ${#jobs[@]} -eq 0 ] || kill -9 "${jobs[@]}" 2>/dev/null || :
	wait 2>/dev/null # bash says whom it killed
	rm -rf "$work"
}

make_root()
{
	rm -rf "$cache/.$name".??????
	work=$(mktemp -d "$cache/.$name.XXXXXX")
	chmod 755 "$work"
	trap cleanup EXIT
	trap 'exit 1' HUP INT TERM
	if [ $# -eq 0 ]; then
		make_base
	else
		make_set "$@"
	fi
	echo "$*" >"$work/packages"
	mv -T "$work" "$cache/$name"
}

distribution=${1-}
case $distribution in
bookworm|trixie) shift ;;
*) die "usage: ${0##*/} bookworm|trixie [PACKAGE]..." ;;
esac
[ "$(id -u)" -eq 0 ] || die "only root can set up a root"

name=$distribution
if [ $# -gt 0 ]; then
	mapfile -t packages < <(printf '%s\n' "$@" | sort -u)
	set -- "${packages[@]}"
	name+=-$(echo "$*" | sha256sum | cut -c -12)
fi
mkdir -p "$cache"
if [ ! -e "$cache/$name" ]; then
	exec 9>"$cache/.$name.lock"
	flock 9
	[ -e "$cache/$name" ] || make_root "$@"
fi
echo "$cache/$name/root"
