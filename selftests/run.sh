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
	usage: ${0##*/} [-k VERSION]... [-s N] [-t SECONDS] [-v] [TEST]...
	       ${0##*/} -l
	  -k VERSION  kernel: 6.1, 6.12, 7.2 or debug (6.1 and 6.12)
	  -s N        N machines for each kernel, which share the tests (1)
	  -t SECONDS  the most that each machine may take
	  -v          the results inside each test, too
	  -l          only list the tests
	  TEST        file names of tests (all of them)
	The last line is "N passed, N failed, N skipped". Status 0 when none failed
	and some passed.
	END
}

say() { echo "${0##*/}: $*" >&2; }

options()
{
	local option

	kernels=() verbose=() shares=1 seconds=
	while getopts 'k:s:t:vlh' option; do
		case $option in
		k) kernels+=("$OPTARG") ;;
		s) shares=$OPTARG ;;
		t) seconds=$OPTARG ;;
		v) verbose=(-v) ;;
		l) all_tests; exit 0 ;;
		h) usage; exit 0 ;;
		*) usage >&2; exit 2 ;;
		esac
	done
	[ ${#kernels[@]} -gt 0 ] || kernels=(6.1 6.12)
}

# A test is a program that begins with what lib.sh does: it sources it, or another
# test.
is_test()
{
	[ -x "$here/$1" ] &&
		grep -qE '^(\.|source) .*/[a-z0-9_]+\.sh"?$' "$here/$1"
}

# Those that unload the module come last.
all_tests()
{
	local name last=(life_work.sh rmmod.sh not_loaded.sh)

	for name in "$here"/*.sh; do
		name=${name##*/}
		[[ " ${last[*]} " != *" $name "* ]] || continue
		! is_test "$name" || echo "$name"
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
		is_test "$name" || { say "no test $name"; exit 2; }
		tests+=("$name")
	done
	[ ${#tests[@]} -gt 0 ] || mapfile -t tests < <(all_tests)
}

build()
{
	"$top/scripts/install-packages.sh" bash-completion busybox-static \
		dnsmasq-base ethtool gcc iproute2 iputils-ping jq libc6-dev \
		libjson-c-dev libmnl-dev make nftables procps python3 tcpdump
	make -s -C "$here"
	make -s -C "$top" tools
}

# The emulator is kept to one thread for each kernel: with several, one processor
# may go on with code that another has just patched (a static key, say) and trip
# over the int3 that was there for a moment.
run_vm()
{
	local version=$1 module=$2 status=0 options=(-m 2048 -t 2400) model

	shift 2
	# Shadow memory, and an order of magnitude more to be done
	[ "$version" != debug ] || options=(-m 4096 -t 7200)
	# As many pairs of each as tests run at a time
	for model in virtio-net-pci e1000 vmxnet3; do
		options+=(-n "$model" -n "$model")
	done
	[ -z "$seconds" ] || options+=(-t "$seconds")
	echo "# kernel $version"
	"$here/vm/run.sh" -k "$version" -1 -c 2 "${options[@]}" -d "$top" \
		-e SEED -- \
		selftests/in-vm.sh "${verbose[@]}" "$module" "$@" || status=$?
	# Status 1: a test failed, which the output says already.
	[ $status -le 1 ] || echo "not ok 0 kernel $version (status $status)"
}

# Sets share to every so manieth test: those beside each other in the alphabet
# often are of the same kind, and so of the same length.
take_share()
{
	local number=$1 i

	share=()
	for ((i = number; i < ${#tests[@]}; i += shares)); do
		share+=("${tests[i]}")
	done
}

# Starts a kernel; what each machine has to say goes to a file of its own.
start_kernel()
{
	local version=$1 module number share

	if ! module=$("$top/scripts/build-module.sh" -k "$version"); then
		echo "not ok 1 build for $version" >"$work/$version.0"
		return
	fi
	module=$(realpath "${module##*$'\n'}")
	for ((number = 0; number < shares; number++)); do
		take_share $number
		[ ${#share[@]} -gt 0 ] || break
		: >"$work/$version.$number"
		run_vm "$version" "$module" "${share[@]}" \
			>"$work/$version.$number" 2>&1 &
		pids[$version.$number]=$!
	done
}

# Shows what its machines say until they end, one after the other.
follow_kernel()
{
	local number file pid

	for ((number = 0; number < shares; number++)); do
		file=$work/$1.$number pid=${pids[$1.$number]-}
		[ -e "$file" ] || continue
		if [ "$pid" ]; then
			tail -n +1 -f --pid="$pid" "$file"
			wait "$pid"
		else
			cat "$file"
		fi
		cat "$file" >>"$results"
	done
}

# No more machines at once than there are processors, unless one kernel wants
# more; shown in the order given.
run_kernels()
{
	local version running=() limit

	limit=$(($(nproc) / shares))
	for version; do
		if [ ${#running[@]} -gt 0 ] && [ ${#running[@]} -ge $limit ]; then
			follow_kernel "${running[0]}"
			running=("${running[@]:1}")
		fi
		start_kernel "$version"
		running+=("$version")
	done
	for version in "${running[@]}"; do
		follow_kernel "$version"
	done
}

cleanup()
{
	local jobs

	mapfile -t jobs < <(jobs -p)
	[ ${#jobs[@]} -eq 0 ] || pkill -TERM -P "$(IFS=,; echo "${jobs[*]}")" || :
	wait
	rm -rf "$work"
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
run_kernels "${kernels[@]}"
"$here/totals.sh" "$results"
