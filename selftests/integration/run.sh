#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - run the tests of vifmap together with other programs, each on a
# Debian that has them. See usage.
#
# A test is a file beside this one that sources ../lib.sh and says in its head
# what it takes:
#
#   Packages: those of Debian that it needs, beside those named below
#   Roots: releases of Debian to run on (bookworm)
#   Options: for vm/run.sh, say -m 4096
#   Timeout: seconds that it may take (600)
#   Host: yes, if it runs here, with the folder of the root in VIFMAP_ROOT, and
#     boots that itself; it has the packages named and no others
#   Guest: modules for guests of its own. It finds their kernel and initramfs in
#   the folder $VIFMAP_GUEST, where guest-init has configured eth0 and eth1.
#   Prepare: a program beside it that makes here what its guests need, and
#     prints the folder, which is $VIFMAP_GUEST then
#
# Option -f runs those of another folder of the selftests in the same way.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
selftests=$(dirname "$here")
folder=integration tests_dir=$here
top=$(dirname "$selftests")

# What lib.sh and the tool need
base=(ethtool iproute2 iputils-ping jq kmod libjson-c5 libmnl0 procps tcpdump)

usage()
{
	cat <<-END
	usage: ${0##*/} [-f FOLDER] [-r ROOT]... [-v] [TEST]...
	       ${0##*/} [-f FOLDER] -l
	  -f FOLDER  with the tests, in selftests (integration)
	  -r ROOT    releases of Debian: bookworm or trixie (those that a test wants)
	  -v         the results inside each test, too
	  -l         only list the tests
	  TEST       file names of tests (all of them)
	The last line is "N passed, N failed, N skipped". Status 0 when none failed
	and some passed. A test that skips itself has failed: what it needs has been
	installed.
	END
}

say() { echo "${0##*/}: $*" >&2; }

options()
{
	local option

	roots=() verbose=()
	while getopts 'f:r:vlh' option; do
		case $option in
		f) folder=$OPTARG tests_dir=$selftests/$folder ;;
		r) kernel_for "$OPTARG" >/dev/null; roots+=("$OPTARG") ;;
		v) verbose=(-v) ;;
		l) all_tests; exit 0 ;;
		h) usage; exit 0 ;;
		*) usage >&2; exit 2 ;;
		esac
	done
}

# The one that the release has of its own
kernel_for()
{
	case $1 in
	bookworm) echo 6.1 ;;
	trixie) echo 6.12 ;;
	*) say "no root $1"; exit 2 ;;
	esac
}

is_test() { [ -x "$tests_dir/$1" ] && [ "$1" != run.sh ]; }

all_tests()
{
	local name

	for name in "$tests_dir"/*.sh; do
		name=${name##*/}
		! is_test "$name" || echo "$name"
	done
}

choose_tests()
{
	local name

	tests=()
	for name; do
		name=${name##*/}
		name=${name%.sh}.sh
		is_test "$name" || { say "no test $name"; exit 2; }
		tests+=("$name")
	done
	[ ${#tests[@]} -gt 0 ] || mapfile -t tests < <(all_tests)
}

# head_of TEST WORD: what the test's head says of it
head_of() { sed -n '/^[^#]/q; s/^# '"$2"': *//p' "$tests_dir/$1"; }

build()
{
	"$top/scripts/install-packages.sh" gcc libc6-dev libjson-c-dev \
		libmnl-dev make pkgconf
	make -s -C "$selftests"
	make -s -C "$top" tools
}

# root_for TEST ROOT: the folder
root_for()
{
	local packages

	read -ra packages < <(head_of "$1" Packages) || :
	[ "$(head_of "$1" Host)" ] || packages+=("${base[@]}")
	"$selftests/vm/fetch-root.sh" "$2" "${packages[@]}"
}

# make_guest KERNEL MODULE...: in the checkout, which the machine is sure to see
make_guest()
{
	local kernel

	"$top/scripts/install-packages.sh" busybox-static cpio kmod xz-utils
	kernel=$("$selftests/vm/fetch-kernel.sh" "$1")
	export VIFMAP_GUEST=$top/build/guest-$1
	mkdir -p "$VIFMAP_GUEST"
	cp -uL "$kernel/vmlinux" "$VIFMAP_GUEST/"
	"$selftests/vm/demo/guest-image.sh" "$kernel" "$VIFMAP_GUEST/initrd" \
		"$here/guest-init" "${@:2}"
}

prepare()
{
	VIFMAP_GUEST=$("$tests_dir/$1") || return 1
	export VIFMAP_GUEST
}

# run_in_vm TEST ROOT SECONDS: in a machine of its own; status 2 if it comes to
# none
run_in_vm()
{
	local test=$1 kernel module root options guest program

	program=$(head_of "$test" Prepare)
	read -ra options < <(head_of "$test" Options) || :
	read -ra guest < <(head_of "$test" Guest) || :
	kernel=$(kernel_for "$2")
	root=$(root_for "$test" "$2") || return 2
	module=$("$top/scripts/build-module.sh" -k "$kernel") || return 2
	[ ${#guest[@]} -eq 0 ] || make_guest "$kernel" "${guest[@]}" || return 2
	[ -z "$program" ] || prepare "$program" || return 2
	VIFMAP_TIMEOUT=$3 "$selftests/vm/run.sh" -k "$kernel" -r "$root" \
		-d "$top" -t $(($3 + 120)) -e VIFMAP_TIMEOUT -e VIFMAP_GUEST -1 \
		"${options[@]}" -- selftests/in-vm.sh "${verbose[@]}" \
		"$(realpath "$module")" "$folder/$test"
}

# run_here TEST ROOT SECONDS: what in-vm.sh would say of it
run_here()
{
	local test=$1 root status=0 text="selftests: vifmap: $folder/$1"

	root=$(root_for "$test" "$2") || return 2
	VIFMAP_ROOT=$root timeout -k 60 "$3" "$tests_dir/$test" >"$log" 2>&1 ||
		status=$?
	if [ $status -ne 0 ] || [ ${#verbose[@]} -gt 0 ]; then
		echo "# $text"
		sed 's/^/  /' "$log"
	fi
	case $status in
	0) echo "ok 1 $text" ;;
	4) echo "ok 1 $text # SKIP $(sed -n 's/.*# SKIP //p' "$log")" ;;
	124|137) echo "not ok 1 $text # TIMEOUT $3 seconds" ;;
	*) echo "not ok 1 $text" ;;
	esac
}

# A test that does nothing here does so everywhere.
no_skips()
{
	sed -u -E 's/^ok (.*) # SKIP( .*)?$/not ok \1 # skipped itself:\2/'
}

# The results, also that of a root or a machine that did not work
report()
{
	local test=$1 distribution=$2 status=0 run=run_in_vm seconds

	echo "# $test on $distribution"
	[ -z "$(head_of "$test" Host)" ] || run=run_here
	seconds=$(head_of "$test" Timeout)
	$run "$test" "$distribution" "${seconds:-600}" 2>&1 | no_skips ||
		status=$?
	# Status 1: it failed, which the output says already.
	[ $status -le 1 ] ||
		echo "not ok 0 $test on $distribution (status $status)"
}

wants()
{
	local roots_of

	roots_of=$(head_of "$1" Roots)
	[[ " ${roots_of:-bookworm} " == *" $2 "* ]]
}

run_tests()
{
	local test distribution

	for test in "${tests[@]}"; do
		for distribution in "${roots[@]}"; do
			! wants "$test" "$distribution" ||
				report "$test" "$distribution"
		done
	done
}

options "$@"
shift $((OPTIND - 1))
[ ${#roots[@]} -gt 0 ] || roots=(bookworm trixie)
choose_tests "$@"
build
work=$(mktemp -d)
results=$work/results log=$work/log
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
run_tests | tee "$results"
"$selftests/totals.sh" "$results"
