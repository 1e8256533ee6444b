#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mutants.sh - break the code on purpose and see that a test notices. See usage.
#
# A mutant is a file mutants/NAME.patch: text that says what is wrong with it,
# then lines
#
#   Covers: what of the behaviour is broken (any number of them)
#   Test: the test that has to fail
#   Kernel: the kernel to see it on, if it takes a certain one
#
# then an empty line and a patch to be applied at the top of the tree.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
top=$(dirname "$here")

usage()
{
	cat <<-END
	usage: ${0##*/} [-k VERSION] [-j JOBS] [MUTANT]...
	  -k VERSION  kernel for those that want no certain one (6.1)
	  -j JOBS     virtual machines at a time (as many as processors)
	  MUTANT      names of mutants, or of tests for all of theirs (all of them)
	Each mutant is built in a copy of the tree and put to its test in a virtual
	machine of its own: "caught" when the test fails there or the machine dies,
	"SURVIVED" when nobody notices, "broken" when it cannot be built or its test
	does not pass without it. Status 0 when all were caught.
	END
}

say() { echo "${0##*/}: $*" >&2; }

options()
{
	local option

	version=6.1 jobs=$(nproc)
	while getopts 'k:j:h' option; do
		case $option in
		k) version=$OPTARG ;;
		j) jobs=$OPTARG ;;
		h) usage; exit 0 ;;
		*) usage >&2; exit 2 ;;
		esac
	done
}

# Sets test_of and kernel_of, by the heads of all mutants.
read_heads()
{
	local patch line name

	for patch in "$here"/mutants/*.patch; do
		name=${patch##*/}
		name=${name%.patch}
		all+=("$name")
		test_of[$name]='' kernel_of[$name]=$version
		while read -r line && [[ $line != '--- '* ]]; do
			case $line in
			'Test: '*) test_of[$name]=${line#Test: } ;;
			'Kernel: '*) kernel_of[$name]=${line#Kernel: } ;;
			esac
		done <"$patch"
	done
}

# Sets mutants and kernels.
choose_mutants()
{
	local name mutant found

	mutants=()
	[ $# -gt 0 ] || mutants=("${all[@]}")
	for name; do
		name=${name##*/}
		name=${name%.patch}
		found=n
		for mutant in "${all[@]}"; do
			[ "$name" = "$mutant" ] ||
				[ "$name" = "${test_of[$mutant]}" ] || continue
			mutants+=("$mutant")
			found=y
		done
		[ $found = y ] || { say "no mutant $name"; exit 2; }
	done
	for mutant in "${mutants[@]}"; do
		kernels[${kernel_of[$mutant]}]=y
	done
}

# --- building --------------------------------------------------------------

# build TREE KERNEL: everything that a test needs; says why when it cannot
build()
{
	make -s -C "$1/selftests" &&
		make -s -C "$1" tools &&
		"$1/scripts/build-module.sh" -k "$2"
}

# The copy that all others are made of has everything built already.
copy_tree()
{
	local kernel

	mkdir "$work/tree"
	tar -C "$top" -c --exclude=./.git --exclude=./build . |
		tar -C "$work/tree" -x
	# Several machines at a time are slow, and only a test that ends tells.
	echo 'timeout=300' >"$work/tree/selftests/settings"
	for kernel in "${!kernels[@]}"; do
		build "$work/tree" "$kernel" >"$work/log" 2>&1 && continue
		cat "$work/log" >&2
		say "the tree itself does not build for $kernel"
		exit 1
	done
}

# The kernel's make notes the folder's name in its commands, and in lists of what
# to link: with another name it would build all again, and link what is here.
copy_of_tree()
{
	cp -a "$work/tree" "$1"
	grep -rlIF "$work/tree/" "$1/build" |
		xargs -r -d '\n' sed -i "s|$work/tree/|$1/|g"
}

# --- jobs, as many at a time as there may be -------------------------------

# start NAME COMMAND...
start()
{
	local name=$1

	shift
	[ ${#running[@]} -lt "$jobs" ] || end_one
	{
		"$@" || :
		echo "$name" >&"$ended"
	} &
	running[$name]=$!
}

end_one()
{
	local name

	read -r name <&"$ended"
	unset "running[$name]"
	"ended_${name%%:*}" "${name#*:}"
}

end_all()
{
	while [ ${#running[@]} -gt 0 ]; do
		end_one
	done
}

# --- without mutants -------------------------------------------------------

# Those of the tests that end well on their own are in the array sound.
test_without()
{
	local kernel=$1 log=$work/without test

	shift
	"$work/tree/selftests/run.sh" -k "$kernel" -s "$jobs" -t 7200 "$@" \
		>"$log" 2>&1 || :
	while read -r test; do
		sound[$kernel:$test]=y
	done < <(grep -v '# SKIP' "$log" |
		sed -n 's/^ok .*selftests: vifmap: \([^ ]*\).*/\1/p')
	sed -n -e 's/^not ok /# not ok /p' -e '/^[0-9]* passed, /s/^/# /p' \
		"$log"
}

tests_for()
{
	local mutant test

	for mutant in "${mutants[@]}"; do
		test=${test_of[$mutant]:-none}
		[ "${kernel_of[$mutant]}" != "$1" ] || [ ! -x "$here/$test" ] ||
			echo "$test"
	done | sort -u
}

test_all_without()
{
	local kernel tests

	for kernel in "${!kernels[@]}"; do
		mapfile -t tests < <(tests_for "$kernel")
		[ ${#tests[@]} -gt 0 ] || continue
		echo "# ${#tests[@]} tests without a mutant on $kernel"
		test_without "$kernel" "${tests[@]}"
	done
}

# --- with a mutant ---------------------------------------------------------

# verdict MUTANT WORD REASON...: what became of it, in a file
verdict() { echo "${@:2}" >"$work/$1.verdict"; }

# The first thing that the test, or else the machine, had to say
complaint()
{
	{ grep -m 1 '^  *not ok' "$1" || grep -m 1 '^not ok' "$1"; } |
		sed 's/^ *//'
}

test_mutant()
{
	local name=$1 tree=$work/$1 log=$work/$1.log
	local test=${test_of[$1]} kernel=${kernel_of[$1]} limit=500

	[ "$kernel" != debug ] || limit=2400

	if [ -z "${sound[$kernel:$test]-}" ]; then
		verdict "$name" broken "$test does not pass without it on $kernel"
		return
	fi
	copy_of_tree "$tree"
	if ! patch -d "$tree" -p1 -s -f -N -r - \
		<"$here/mutants/$name.patch" >"$log" 2>&1; then
		verdict "$name" broken "does not apply: $(tr '\n' ' ' <"$log")"
	elif ! build "$tree" "$kernel" >"$log" 2>&1; then
		verdict "$name" broken "does not build: $(grep -m 1 error "$log")"
	elif ! "$tree/selftests/run.sh" -k "$kernel" -t $limit \
		"$test" >"$log" 2>&1; then
		verdict "$name" caught "by $test: $(complaint "$log")"
	else
		verdict "$name" SURVIVED "$test"
	fi
	rm -rf "$tree"
}

ended_mutant()
{
	local name=$1 word='' reason='it came to no end'

	read -r word reason <"$work/$name.verdict" || word=broken
	number=$((number + 1))
	count[$word]=$((${count[$word]} + 1))
	case $word in
	caught) echo "ok $number $name # caught $reason" ;;
	*) echo "not ok $number $name # $word: $reason" ;;
	esac
}

# --- to work ---------------------------------------------------------------

# shellcheck disable=SC2317 # called by the trap
cleanup()
{
	local pid

	for pid in "${running[@]}"; do
		kill -TERM -- "-$pid" 2>/dev/null || :
	done
	wait
	rm -rf "$work"
}

options "$@"
shift $((OPTIND - 1))
declare -A test_of=() kernel_of=() kernels=() running=() sound=()
all=()
read_heads
choose_mutants "$@"
"$top/scripts/install-packages.sh" patch
declare -A count=([caught]=0 [SURVIVED]=0 [broken]=0)
number=0
work=$(mktemp -d)
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
mkfifo "$work/ended"
exec {ended}<>"$work/ended"
# Each job is a process group, so that all of it can be ended.
set -m
echo "TAP version 13"
echo "1..${#mutants[@]}"
copy_tree
test_all_without
for name in "${mutants[@]}"; do
	start "mutant:$name" test_mutant "$name"
done
end_all
echo "${count[caught]} caught, ${count[SURVIVED]} survived," \
	"${count[broken]} broken"
[ "${count[caught]}" -eq "${#mutants[@]}" ]
