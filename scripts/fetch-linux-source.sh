#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fetch-linux-source.sh - print a folder with those parts of Debian's
# linux-source that the checks need: checkpatch, kernel-doc, and the generator
# for netlink families with its schemas.
set -euo pipefail

version=6.12
name=linux-source-$version
here=$(dirname "$(realpath "$0")")
cache=${VIFMAP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vifmap}
tarball=/usr/src/$name.tar.xz

unpack()
{
	work=$(mktemp -d "$cache/.$name.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	chmod 755 "$work"
	echo "${0##*/}: unpacking $tarball" >&2
	tar -xJf "$tarball" -C "$work" --strip-components=1 --wildcards \
		"$name/scripts" "$name/tools/net/ynl" \
		"$name/Documentation/netlink/genetlink*.yaml"
	mv -T "$work" "$cache/$name"
}

mkdir -p "$cache"
if [ ! -d "$cache/$name" ]; then
	exec 9>"$cache/.$name.lock"
	flock 9
	if [ ! -d "$cache/$name" ]; then
		rm -rf "$cache/.$name".??????
		"$here/install-packages.sh" "$name" xz-utils 9>&-
		unpack
	fi
fi
echo "$cache/$name"
