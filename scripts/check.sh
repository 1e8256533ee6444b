#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh [static] [builds] [selftests] [cost] [debug] - run these checks, or all
# but debug, to the end; fail when one of them did. From the environment:
#
#   KERNELS   kernels to build for and test on (6.1 6.12); debug has its own
#   TESTS     tests to run (all)
#
# The last line is the sum of the results of the selftests that ran last.
set -euo pipefail

top=$(dirname "$(dirname "$(realpath "$0")")")
read -ra kernels <<<"${KERNELS:-6.1 6.12}"
read -ra tests <<<"${TESTS-}"

failures=()
result=

header() { printf '\n== %s\n' "$*"; }

check_static()
{
	header static checks
	"$top/scripts/check-static.sh" || failures+=("static checks")
}

# In a copy, so that no object in the tree is disturbed
build_tool()
{
	cp -a tools include VERSION "$work"
	make -s --no-print-directory -C "$work/tools/vifmap" clean
	make -s --no-print-directory -C "$work/tools/vifmap" CC="$1" all \
		>"$log" 2>&1 ||
		echo "does not build" >>"$log"
	! grep '' "$log"
}

check_builds()
{
	local kernel checker

	scripts/install-packages.sh gcc clang make libc6-dev pkgconf \
		libmnl-dev libjson-c-dev
	for checker in gcc clang; do
		header "build of the tool, $checker"
		build_tool "$checker" || failures+=("the tool, $checker")
	done
	for kernel in "${kernels[@]}"; do
		for checker in gcc clang sparse; do
			header "build for $kernel, $checker"
			"$top/scripts/build-module.sh" -k "$kernel" \
				-w "$checker" ||
				failures+=("build for $kernel, $checker")
		done
	done
}

# The last line that they say is repeated as the last line of all.
run_selftests()
{
	local what=$1

	shift
	header "$what"
	"$top/selftests/run.sh" "$@" "${tests[@]}" | tee "$log" ||
		failures+=("$what")
	result=$(tail -n 1 "$log")
}

check_selftests()
{
	local kernel options=()

	for kernel in "${kernels[@]}"; do
		options+=(-k "$kernel")
	done
	run_selftests "selftests on ${kernels[*]}" "${options[@]}"
}

check_cost()
{
	header "what a packet costs on 6.1"
	"$top/tools/bench/check-cost.sh" -k 6.1 || failures+=(cost)
}

# A machine is emulated on one thread: two of them keep two processors busy.
check_debug()
{
	header "build for the debug kernel"
	"$top/scripts/build-module.sh" -k debug -w gcc ||
		failures+=("build for the debug kernel")
	run_selftests "selftests on the debug kernel" -k debug -s 2
}

summary()
{
	local failure

	header summary
	for failure in "${failures[@]}"; do
		echo "FAILED: $failure"
	done
	[ ${#failures[@]} -gt 0 ] || echo "all well: $*"
	[ -z "$result" ] || echo "$result"
	[ ${#failures[@]} -eq 0 ]
}

[ $# -gt 0 ] || set -- static builds selftests cost
for step; do
	case $step in
	static|builds|selftests|cost|debug) ;;
	*)
		echo "usage: ${0##*/} [static] [builds] [selftests] [cost]$(
			) [debug]" >&2
		exit 1 ;;
	esac
done

work=$(mktemp -d)
log=$work/log
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$top"
for step; do
	"check_$step"
done
summary "$@"
