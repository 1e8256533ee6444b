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
	"$top/scripts/install-packages.sh" ethtool gcc iproute2 iputils-ping jq \
		libc6-dev libjson-c-dev libmnl-dev make nftables procps tcpdump
	make -s -C "$here"
	make -s -C "$top" tools
}

# The emulator is kept to one thread for each kernel: with several, one processor
# may go on with code that another has just patched (a static key, say) and trip
# over the int3 that was there for a moment.
run_vm()
{
	local version=$1 module=$2 status=0 model nics=()

	# As many pairs of each as tests run at a time
	for model in virtio-net-pci e1000 vmxnet3; do
		nics+=(-n $model -n $model)
	done
	echo "# kernel $version"
	"$here/vm/run.sh" -k "$version" -1 -c 2 -t 1500 -d "$top" \
		"${nics[@]}" -- \
		selftests/in-vm.sh "${verbose[@]}" "$module" "${tests[@]}" ||
		status=$?
	# Status 1: a test failed, which the output says already.
	[ $status -le 1 ] || echo "not ok 0 kernel $version (status $status)"
}

# Starts a kernel; what it has to say goes to a file of its own.
start_kernel()
{
	local version=$1 module

	: >"$work/$version"
	if ! module=$("$top/scripts/build-module.sh" -k "$version"); then
		echo "not ok 1 build for $version" >"$work/$version"
		return
	fi
	module=$(realpath "${module##*$'\n'}")
	run_vm "$version" "$module" >"$work/$version" 2>&1 &
	pids[$version]=$!
}

# Shows what it says until it ends.
follow_kernel()
{
	local version=$1 pid=${pids[$1]-}

	if [ "$pid" ]; then
		tail -n +1 -f --pid="$pid" "$work/$version"
		wait "$pid"
	else
		cat "$work/$version"
	fi
	cat "$work/$version" >>"$results"
}

cleanup()
{
	local jobs

	mapfile -t jobs < <(jobs -p)
	[ ${#jobs[@]} -eq 0 ] || pkill -TERM -P "$(IFS=,; echo "${jobs[*]}")" || :
	wait
	rm -rf "$work"
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
work=$(mktemp -d)
results=$work/results
: >"$results"
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
declare -A pids
for version in "${kernels[@]}"; do
	start_kernel "$version"
done
for version in "${kernels[@]}"; do
	follow_kernel "$version"
done
totals
