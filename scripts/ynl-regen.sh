#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ynl-regen.sh [--check] - generate the netlink code from its spec. With
# --check nothing is written: the difference is shown, if there is one.
set -euo pipefail

top=$(dirname "$(dirname "$(realpath "$0")")")
spec=Documentation/netlink/specs/vifmap.yaml

# MODE PART FILE
outputs='
kernel source drivers/net/vifmap/netlink-gen.c
kernel header drivers/net/vifmap/netlink-gen.h
uapi header include/uapi/linux/vifmap.h
'

# The generator names the spec by its path below the folder with MAINTAINERS,
# and takes the schema from beside the spec's folder.
make_tree()
{
	mkdir -p "$work/${spec%/*}"
	touch "$work/MAINTAINERS"
	cp "$top/$spec" "$work/$spec"
	# Kernels know the flag of old; this schema learnt of it later.
	sed 's/enum: \[ admin-perm \]/enum: [ admin-perm, uns-admin-perm ]/' \
		"$linux/Documentation/netlink/genetlink.yaml" \
		>"$work/Documentation/netlink/genetlink.yaml"
}

# Debian's own Python has Debian's modules; one that comes first in PATH may
# not.
generate()
{
	local mode=$1 part=$2 out=$3

	mkdir -p "$work/${out%/*}"
	PYTHONDONTWRITEBYTECODE=1 \
		/usr/bin/python3 "$linux/tools/net/ynl/ynl-gen-c.py" \
		--mode "$mode" "--$part" --spec "$work/$spec" -o "$work/$out"
}

check=
case "$#:${1-}" in
0:) ;;
1:--check) check=1 ;;
*)
	echo "usage: ${0##*/} [--check]" >&2
	exit 1 ;;
esac

"$top/scripts/install-packages.sh" python3 python3-yaml python3-jsonschema \
	diffutils
linux=$("$top/scripts/fetch-linux-source.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
make_tree

status=0
while read -r mode part out; do
	[ -n "$mode" ] || continue
	generate "$mode" "$part" "$out"
	if cmp -s "$top/$out" "$work/$out"; then
		continue
	elif [ "$check" ]; then
		diff -u --label "$out" --label "$out (generated)" \
			"$top/$out" "$work/$out" || status=1
	else
		cp "$work/$out" "$top/$out"
		echo "$out"
	fi
done <<<"$outputs"
exit $status
