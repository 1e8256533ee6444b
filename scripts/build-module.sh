#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# build-module.sh -k VERSION [-w gcc|clang|sparse] - build the module for a
# kernel that selftests/vm/fetch-kernel.sh knows, and print its path. Each
# kernel has a folder in build/, so that none is in the way of another.
#
# -w builds from nothing in a folder of its own with that compiler's (or
# checker's) warnings on, and fails when there is one.
#
#   gcc      make W=1
#   clang    make W=1 CC=clang; the result is not meant to be loaded
#   sparse   make C=2 CF=-D__CHECK_ENDIAN__; not where a kernel is built in a root
#            of its own: those headers come without a script that C=2 calls
set -euo pipefail

top=$(dirname "$(dirname "$(realpath "$0")")")
# shellcheck source=selftests/vm/lib-root.sh
. "$top/selftests/vm/lib-root.sh"

say() { echo "${0##*/}: $*" >&2; }

usage()
{
	say "usage: ${0##*/} -k VERSION [-w gcc|clang|sparse]"
	exit 1
}

# enter COMMAND [ARG]... - run it where the kernel's compiler is: here, or in
# the kernel's own root with the sources at their path. Headers built there name
# their path in there.
enter()
{
	if [ ! -e "$kernel/buildroot" ]; then
		"$@"
	else
		root_enter "$(realpath "$kernel/buildroot")" "$top" "$@"
	fi
}

# The headers' path, for those in there
kernel_dir()
{
	local kdir

	kdir=$(realpath "$kernel/kdir")
	[ ! -e "$kernel/buildroot" ] ||
		kdir=${kdir#"$(realpath "$kernel/buildroot")"}
	echo "$kdir"
}

# Debian configures its kernels for gcc. Make takes assignments from its command
# line over those of the configuration: what gcc is told and clang does not know
# is taken away. C code keeps gcc's configuration, which says that one type may
# bear an address space twice.
clang_options()
{
	local version

	version=$(enter clang -dumpversion |
		awk -F. '{ print $1 * 10000 + $2 * 100 + $3 }')
	make_options=(
		W=1 CC=clang KCFLAGS=-Wno-duplicate-decl-specifier
		CONFIG_CC_IS_GCC= CONFIG_GCC_VERSION=0
		CONFIG_CC_IS_CLANG=y "CONFIG_CLANG_VERSION=$version"
		CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough
		CONFIG_FTRACE_MCOUNT_USE_CC= CONFIG_INIT_STACK_ALL_ZERO=
		CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=
		CONFIG_UBSAN_BOUNDS_STRICT=
		CONFIG_RETHUNK= CONFIG_MITIGATION_RETHUNK=
		CONFIG_SLS= CONFIG_MITIGATION_SLS=
	)
}

# Packages that are wanted here; a root of the kernel's own has what it needs.
want()
{
	[ -e "$kernel/buildroot" ] ||
		"$top/scripts/install-packages.sh" make gcc libc6-dev pahole "$@"
}

# Sets make_options and installs what it takes.
choose_checker()
{
	make_options=()
	case $1 in
	'')
		want ;;
	gcc)
		want
		make_options=(W=1) ;;
	clang)
		want clang
		clang_options ;;
	sparse)
		want sparse
		make_options=(C=2 CF=-D__CHECK_ENDIAN__) ;;
	*)
		usage ;;
	esac
}

sources()
{
	find Kbuild VERSION drivers include \
		-name '*.[ch]' ! -name '*.mod.c' -print -o \
		\( -name Kbuild -o -name VERSION \) -print
}

# Links, so that a second build compiles only what has changed.
link_sources()
{
	local file

	(cd "$top" && sources) | while read -r file; do
		mkdir -p "$dir/$(dirname "$file")"
		[ "$dir/$file" -ef "$top/$file" ] ||
			ln -sf "$top/$file" "$dir/$file"
	done
}

# A link that leads nowhere is a source that is gone. Its object is not, and
# make would take it.
sources_gone()
{
	[ "$(find "$dir" -xtype l ! -name vifmap.ko 2>/dev/null)" ]
}

# Objects of another kernel or compiler are no use.
empty_if_stale()
{
	local stamp

	stamp=$(cat "$kernel/release"
		cksum <"$kernel/kdir/Module.symvers"
		enter gcc --version | head -n 1)
	if [ "$checker" ] || sources_gone ||
		[ "$stamp" != "$(cat "$dir/.stamp" 2>/dev/null)" ]; then
		rm -rf "$dir"
	fi
	mkdir -p "$dir"
	echo "$stamp" >"$dir/.stamp"
}

# The options of a make that called us are not for the kernel's.
run_make()
{
	enter env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u KDIR LC_ALL=C \
		make -s -j "$(nproc)" -C "$kdir" M="$dir" \
		"${make_options[@]}" modules 9>&-
}

# A quiet make has nothing to say but warnings, except that 6.1's headers have
# no vmlinux to make BTF from, and that some kernels name the compiler.
only_warnings()
{
	grep -vE -e '^Skipping BTF generation for ' \
		-e '^warning: the compiler differs from the one used ' \
		-e '^  (The kernel was built by|You are using): ' "$1"
}

build()
{
	local log=$dir/log

	if ! run_make >"$log" 2>&1; then
		cat "$log" >&2
		say "$name does not build"
		exit 1
	fi
	if only_warnings "$log" >&2 && [ "$checker" ]; then
		say "$name builds with warnings"
		exit 1
	fi
}

version='' checker=''
while getopts k:w: option; do
	case $option in
	k) version=$OPTARG ;;
	w) checker=$OPTARG ;;
	*) usage ;;
	esac
done
if [ -z "$version" ] || [ "$OPTIND" -le $# ]; then
	usage
fi

kernel=$("$top/selftests/vm/fetch-kernel.sh" "$version")
kdir=$(kernel_dir)
if [ "$checker" = sparse ] && [ -e "$kernel/buildroot" ]; then
	say "sparse cannot check with the headers of $version"
	exit 0
fi
choose_checker "$checker"
name=$version${checker:+-$checker}
dir=$top/build/$name

mkdir -p "$top/build"
exec 9>"$top/build/.$name.lock"
flock 9
empty_if_stale
link_sources
build
ln -sf drivers/net/vifmap/vifmap.ko "$dir/vifmap.ko"
echo "$dir/vifmap.ko"
