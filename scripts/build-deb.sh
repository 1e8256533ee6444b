#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build-deb.sh [-o DIR] [-v VERSION] - build Debian's packages vifmap-dkms and
# vifmap-tools from a copy of the tree, let lintian look at them, and leave them
# in DIR (build/deb). Complaints that are errors or warnings are a failure.
#
# -v builds them as a later version, for tests of upgrades.
set -euo pipefail

top=$(dirname "$(dirname "$(realpath "$0")")")

say() { echo "${0##*/}: $*" >&2; }

usage()
{
	say "usage: ${0##*/} [-o DIR] [-v VERSION]"
	exit 1
}

# What git knows, new files included; without git all but what was built
list_files()
{
	if [ -e "$top/.git" ]; then
		"$top/scripts/install-packages.sh" git
		git -C "$top" -c safe.directory="$top" ls-files -z --cached \
			--others --exclude-standard
	else
		find . -path ./build -prune -o -type f ! -name '*.[oad]' \
			! -name '*.ko' ! -name '*.mod*' ! -name '*.so' \
			! -name '.*.cmd' -printf '%P\0'
	fi
}

# Deleted files that git still knows are none.
copy_tree()
{
	mkdir "$work/vifmap"
	list_files | while IFS= read -r -d '' file; do
		[ ! -e "$file" ] || printf '%s\0' "$file"
	done | tar -c --null -T - | tar -x -C "$work/vifmap"
}

# set_version VERSION: wherever the tree names its own
set_version()
{
	local old maintainer date

	old=$(<VERSION)
	maintainer=$(dpkg-parsechangelog -S Maintainer)
	date=$(dpkg-parsechangelog -S Date)
	dpkg --compare-versions "$1" gt "$old" ||
		{ say "$1 is not later than $old"; exit 1; }
	echo "$1" >VERSION
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$1\"/" dkms.conf
	{
		printf '%s\n\n' "vifmap ($1) unstable; urgency=medium" \
			"  * As $old, to test an upgrade."
		printf ' -- %s  %s\n\n' "$maintainer" \
			"$(date -R -d "$date + 1 second")"
		cat debian/changelog
	} >"$work/changelog"
	mv "$work/changelog" debian/changelog
}

# A make that called us has variables and options for itself.
build()
{
	local log=$work/log

	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u DESTDIR -u PREFIX LC_ALL=C \
		dpkg-buildpackage -b -us -uc >"$log" 2>&1 && return
	cat "$log" >&2
	say "the packages cannot be built"
	exit 1
}

# pedantic comments are shown; they are matters of taste.
lint()
{
	lintian --allow-root --pedantic --fail-on error,warning \
		"$work"/vifmap_*.changes
}

out=$top/build/deb version=
while getopts o:v: option; do
	case $option in
	o) out=$OPTARG ;;
	v) version=$OPTARG ;;
	*) usage ;;
	esac
done
[ "$OPTIND" -gt $# ] || usage

"$top/scripts/install-packages.sh" build-essential debhelper dh-dkms dh-python \
	libjson-c-dev libmnl-dev lintian pkgconf
mkdir -p "$out"
out=$(realpath "$out")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$top"
copy_tree
cd "$work/vifmap"
[ -z "$version" ] || set_version "$version"
build
lint
rm -f "$out"/vifmap*
mv "$work"/vifmap*_* "$out"
for package in "$out"/*.deb; do
	echo "$package"
done
