#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - build everything and run the selftests, each kernel in a virtual
# machine of its own. See usage.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
top=$(dirname "$here")

usage()
{
	cat <<-END
	usage: ${0##*/} [-k VERSION]... [-v] [TEST]...
	  -k VERSION  kernel, see vm/fetch-kernel.sh (6.1 and 6.12)
	  -v          the results inside each test, too
	  TEST        file names of tests (all of them)
	The last line is "N passed, N failed, N skipped". Status 0 when none failed
	and some passed.
	END
}

say() { echo "${0##*/}: $*" >&2; }

options()
{
	local option

	kernels=() verbose=()
	while getopts 'k:vh' option; do
		case $option in
		k) kernels+=("$OPTARG") ;;
		v) verbose=(-v) ;;
		h) usage; exit 0 ;;
		*) usage >&2; exit 2 ;;
		esac
	done
	[ ${#kernels[@]} -gt 0 ] || kernels=(6.1 6.12)
}

# Those that unload the module come last.
all_tests()
{
	local name last=(rmmod.sh not_loaded.sh)

	for name in "$here"/*.sh; do
		name=${name##*/}
		case " run.sh in-vm.sh lib.sh ${last[*]} " in
		*" $name "*) ;;
		*) echo "$name" ;;
		esac
	done
	printf '%s\n' "${last[@]}"
}

choose_tests()
{
	local name

	tests=()
	for name; do
		name=${name##*/}
		name=${name%.sh}.sh
		[ -x "$here/$name" ] || { say "no test $name"; exit 2; }
		tests+=("$name")
	done
	[ ${#tests[@]} -gt 0 ] || mapfile -t tests < <(all_tests)
}

build()
{
	"$top/scripts/install-packages.sh" ethtool gcc iproute2 iputils-ping \
		libc6-dev libjson-c-dev libmnl-dev make nftables procps tcpdump
	make -s -C "$here"
	make -s -C "$top" tools
}

# Everything that a kernel has to say goes to our output and to the file.
run_kernel()
{
	local version=$1 module status

	if ! module=$("$top/scripts/build-module.sh" -k "$version"); then
		echo "not ok 1 build for $version" | tee -a "$results"
		return
	fi
	module=$(realpath "${module##*$'\n'}")
	echo "# kernel $version"
	status=0
	"$here/vm/run.sh" -k "$version" -c 2 -t 900 -d "$top" -- \
		selftests/in-vm.sh "${verbose[@]}" "$module" "${tests[@]}" |
		tee -a "$results" || status=$?
	# Status 1: a test failed, which the output says already.
	[ $status -le 1 ] ||
		echo "not ok 0 kernel $version (status $status)" |
			tee -a "$results"
}

# Those of insmod, rmmod and the like count when they fail.
totals()
{
	local test='selftests: vifmap: '

	failed=$(grep -c '^not ok ' "$results" || :)
	skipped=$(grep -c "^ok .*$test.*# SKIP" "$results" || :)
	passed=$(grep "^ok .*$test" "$results" | grep -vc '# SKIP' || :)
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

options "$@"
shift $((OPTIND - 1))
choose_tests "$@"
build
results=$(mktemp)
trap 'rm -f "$results"' EXIT
for version in "${kernels[@]}"; do
	run_kernel "$version"
done
totals
