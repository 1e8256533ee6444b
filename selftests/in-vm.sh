#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# in-vm.sh [-v] MODULE TEST... - load the module, run the tests, unload it.
# KTAP on standard output: one result per test, the results inside a test
# indented, with -v or when it fails. Meant for a machine that may crash.
#
# A test may take VIFMAP_TIMEOUT seconds, or what the file settings says.
#
# On a kernel that looks for leaks and for wrong locking, what it has found is a
# result, too. Such a kernel is slow: whoever waits takes VIFMAP_PATIENCE times
# as long as usual.
set -u

here=$(dirname "$(realpath "$0")")
timeout=45
# shellcheck source=/dev/null
. "$here/settings"
timeout=${VIFMAP_TIMEOUT:-$timeout}
kmemleak=/sys/kernel/debug/kmemleak
lockdep=/proc/lockdep_stats
verbose=n
failures=0 number=0
processors=$(nproc)
running=() started=()

if [ "${1-}" = -v ]; then
	verbose=y
	shift
fi
export VIFMAP_MODULE=$1
shift

# report STATUS TEXT: "ok" or "not ok" with this text
report()
{
	local status=$1 text=$2

	number=$((number + 1))
	if [ "$status" -eq 0 ]; then
		echo "ok $number $text"
	else
		echo "not ok $number $text"
		failures=$((failures + 1))
	fi
}

# As many at a time as there are processors: each has namespaces of its own.
# timeout may kill itself, and of two jobs that die so bash forgets one.
start_test()
{
	local name=$1

	(
		timeout -k 5 "$timeout" "$here/$name" >"$logs/$name" 2>&1
		exit $?
	) &
	running[$!]=$name
	started[$!]=$SECONDS
}

# Waits for one of them, and says how it went.
end_test()
{
	local pid status name text

	wait -n -p pid "${!running[@]}"
	status=$?
	name=${running[$pid]}
	# Whatever it says of itself
	[ $status -ne 0 ] || [[ $(<"$logs/$name") != *$'\n''not ok '* ]] ||
		status=1
	unset "running[$pid]"
	text="selftests: vifmap: $name"
	if [ $verbose = y ] || { [ $status -ne 0 ] && [ $status -ne 4 ]; }; then
		echo "# $text"
		sed 's/^/  /' "$logs/$name"
	fi
	[ $verbose = n ] || text+=" # $((SECONDS - started[pid])) s"
	case $status in
	0) report 0 "$text" ;;
	4) report 0 "$text # SKIP $(sed -n 's/.*# SKIP //p' "$logs/$name")" ;;
	124|137) report 1 "$text # TIMEOUT $timeout seconds" ;;
	*) report 1 "$text" ;;
	esac
}

end_tests()
{
	while [ ${#running[@]} -gt "$1" ]; do
		end_test
	done
}

# Those that unload the module, or make others wait or fail, run alone; and the
# one that loads br_netfilter, which is there for every namespace then.
wants_to_be_alone()
{
	case $1 in
	doctor.sh|life_work.sh|rmmod.sh|not_loaded.sh|vlan_refused.sh) ;;
	*) return 1 ;;
	esac
}

run_tests()
{
	local name

	for name; do
		if wants_to_be_alone "$name"; then
			end_tests 0
			start_test "$name"
			end_tests 0
		else
			end_tests $((processors - 1))
			start_test "$name"
		fi
	done
	end_tests 0
}

load()
{
	local dependency

	for dependency in $(modinfo -F depends "$VIFMAP_MODULE" | tr , ' '); do
		modprobe "$dependency" || return 1
	done
	insmod "$VIFMAP_MODULE"
}

# What a test has left in flight may hold the module for a moment.
unload()
{
	local end=$((SECONDS + 20 * VIFMAP_PATIENCE))

	until rmmod vifmap 2>"$log"; do
		if [ $SECONDS -ge $end ]; then
			cat "$log"
			return 1
		fi
		sleep 0.1
	done
}

# What one softirq may receive is meant for a machine a hundred times as fast.
# Where that much takes longer than from one tick to the next, a loop or a storm
# goes on from tick to tick, and no process ever runs (ksoftirqd has not put an
# end to that since Linux 6.4).
shorten_softirqs()
{
	echo 4 >/proc/sys/net/core/dev_weight
	echo 8 >/proc/sys/net/core/netdev_budget
}

# With KASAN the compiler adds a check to each access to memory.
set_patience()
{
	export VIFMAP_PATIENCE=1

	if grep -qw kasan_report /proc/kallsyms; then
		VIFMAP_PATIENCE=6
		shorten_softirqs
	fi
	timeout=$((timeout * VIFMAP_PATIENCE))
}

# A block counts as lost when it is five seconds old and two scans in a row have
# found nothing that points to it, and that its contents have not changed.
scan_memory()
{
	sleep 6
	echo scan >$kmemleak && echo scan >$kmemleak
}

# What has been lost so far is not ours.
forget_leaks()
{
	[ ! -e $kmemleak ] || { scan_memory && echo clear >$kmemleak; }
}

# no_leaks WHEN: a report names functions of the module only while it is loaded,
# and what the module still points to is lost only when it has gone.
no_leaks()
{
	local status=0

	[ -e $kmemleak ] || return 0
	if ! scan_memory || ! cp $kmemleak "$log" || [ -s "$log" ]; then
		status=1
		sed 's/^/# /' "$log"
	fi
	report $status "no memory is lost, $1"
}

# After its first report lockdep looks at nothing any more.
lockdep_is_on()
{
	[ -e $lockdep ] || return 0
	grep -qE '^ *debug_locks: *1$' $lockdep
	report $? "lockdep is still on"
}

results=$(($# + 2))
[ ! -e $kmemleak ] || results=$((results + 2))
[ ! -e $lockdep ] || results=$((results + 1))
# A tunnel's module would put a device into each namespace that there is, in the
# middle of other tests.
echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net

logs=$(mktemp -d)
log=$logs/log
mkdir "$logs/integration" "$logs/guests"
trap 'rm -rf "$logs"' EXIT

echo "TAP version 13"
echo "1..$results"
set_patience
forget_leaks || echo "# the leak detector does not work"
load
report $? "insmod"
run_tests "$@"
no_leaks "the module loaded"
unload
report $? "rmmod"
no_leaks "the module gone"
lockdep_is_on
[ "$failures" -eq 0 ]
