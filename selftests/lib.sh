# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib.sh - what every selftest needs: a namespace, results, waiting, and the end
#
# A test sources this file first. From then on it is in a network namespace of
# its own, the host's; ip, vifmap and so on can be typed as a user would.
# Further namespaces are called by the place they stand for: `at wire ...`,
# `at v0 ...`. Everything is gone when the test ends.
#
# A test reports results with check, is, flow, counted and refused, each one
# "ok" or "not ok" line, and ends with `finish`. One that ends before has
# failed.
#
# The rest is in lib/, a file for each concern.

set -u

# Each program that is started costs a tenth of a second on a machine that is
# emulated, so this file starts few.
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
self=$(cd "${0%/*}" && pwd)/${0##*/}
PATH=$here:$here/../tools/vifmap:$PATH:/usr/sbin:/sbin
export LC_ALL=C

skip() { echo "1..0 # SKIP $*"; exit 4; }

need_commands()
{
	local c

	for c; do
		command -v "$c" >/dev/null || skip "no command $c"
	done
}

load_module()
{
	if [ -n "${VIFMAP_MODULE-}" ]; then
		insmod "$VIFMAP_MODULE"
	else
		modprobe vifmap
	fi
}

module_loaded() { grep -q '^vifmap ' /proc/modules; }

# The host's namespace has a name, so that it can be deleted and waited for.
enter_host()
{
	prefix=vifmap-$$-
	ip netns add "${prefix}host" || skip "cannot create namespaces"
	VIFMAP_TEST_PREFIX=$prefix exec nsenter \
		--net="/run/netns/${prefix}host" "$BASH" "$self" "$@"
}

[ $EUID -eq 0 ] || skip "not root"
if [ -z "${VIFMAP_TEST_PREFIX-}" ]; then
	module_loaded || load_module || skip "no module vifmap"
	need_commands vifmap frames ip nsenter
	enter_host "$@"
fi
prefix=$VIFMAP_TEST_PREFIX
unset VIFMAP_TEST_PREFIX

tmp=${TMPDIR:-/tmp}/$prefix$EPOCHREALTIME
mkdir -m 755 "$tmp" || exit 1
pids=()
# Functions to be called when the test ends, however it does
at_end=()
results=0 failures=0 finished=n
# What a program has answered, see ask, fire and end_capture
reply=''

# shellcheck disable=SC2317 # called by the trap
cleanup()
{
	local status=$? pid name

	for name in ${at_end[@]+"${at_end[@]}"}; do
		"$name"
	done
	for pid in ${pids[@]+"${pids[@]}"}; do
		kill "$pid" 2>/dev/null
	done
	[ ${#pids[@]} -eq 0 ] || wait "${pids[@]}" 2>/dev/null
	for name in /run/netns/"$prefix"*; do
		[ ! -e "$name" ] || echo "netns del ${name##*/}"
	done | ip -force -batch - 2>/dev/null
	rm -rf "$tmp"
	[ "$finished" = n ] || exit "$status"
	[ "$status" -eq 4 ] || echo "Bail out! ended before its time"
	[ "$status" -ne 0 ] || exit 1
}

trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# --- results ---------------------------------------------------------------

# result STATUS NAME [DETAIL...]
result()
{
	local status=$1 name=$2 line

	results=$((results + 1))
	if [ "$status" -eq 0 ]; then
		echo "ok $results $name"
		return 0
	fi
	failures=$((failures + 1))
	echo "not ok $results $name"
	shift 2
	for line; do
		printf '%s\n' "$line" | sed 's/^/# /'
	done
	return 1
}

# check NAME COMMAND...: the command succeeds
check()
{
	local name=$1 status

	shift
	"$@" >"$tmp/check" 2>&1
	status=$?
	result $status "$name" "$* (status $status):" "$(<"$tmp/check")"
}

# is NAME GOT WANT
is()
{
	[ "$2" = "$3" ]
	result $? "$1" "got:  $2" "want: $3"
}

# A step without which the rest makes no sense
must()
{
	"$@" >"$tmp/must" 2>&1 && return
	result 1 "set-up: $*" "$(<"$tmp/must")"
	exit 1
}

# What the kernel says when something is wrong
splats='BUG:|kernel BUG at|WARNING:|Oops|KASAN:|UBSAN:|protection fault'
splats+='|lock inversion|inconsistent lock|recursive locking|suspicious RCU'
splats+='|circular locking|while atomic|invalid context|refcount_t:'
splats+='|leaked reference|unregister_netdevice: waiting|lockup|stall'
splats+='|blocked for more than|caps=.*len=|BUG [a-z].*\(|ODEBUG:'
splats+='|has [0-9]+/[0-9]+ users|reference already released|non-static key'
splats+='|hw csum failure|unexpected GSO type'

# Says what the kernel's log has of that since this test began.
new_splats()
{
	dmesg | sed -n "/vifmap selftest $prefix begins/,\$p" |
		grep -E -A 12 "$splats"
}

finish()
{
	local text

	if text=$(new_splats); then
		result 1 "the kernel has nothing to complain of" "$text"
	fi
	echo "1..$results"
	finished=y
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}

echo "vifmap selftest $prefix begins: ${self##*/}" >/dev/kmsg
echo "TAP version 13"

# --- waiting ---------------------------------------------------------------

# How much slower than an ordinary kernel this one is: in-vm.sh says so.
patience=${VIFMAP_PATIENCE-1}

# wait_until COMMAND...: for a condition, a minute at most
wait_until()
{
	local end=$((SECONDS + 60 * patience))

	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			echo "# waited in vain for: $*"
			return 1
		fi
		sleep 0.05
	done
}

has_line() { grep -q -e "$1" "$2"; }

# --- places ----------------------------------------------------------------

# at PLACE COMMAND...: PLACE is host, wire, or a veth vif (its guest)
at()
{
	local place=$1

	shift
	nsenter --net="/run/netns/$prefix$place" "$@"
}

# background PLACE COMMAND...: $! is the command itself
background()
{
	local place=$1

	shift
	nsenter --net="/run/netns/$prefix$place" "$@" &
	pids+=($!)
}

new_netns() { must ip netns add "$prefix$1"; }

as_nobody()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"
}

# --- the rest --------------------------------------------------------------

# shellcheck source=lib/topology.sh
. "$here/lib/topology.sh"
# shellcheck source=lib/nics.sh
. "$here/lib/nics.sh"
# shellcheck source=lib/frames.sh
. "$here/lib/frames.sh"
# shellcheck source=lib/crossfire.sh
. "$here/lib/crossfire.sh"
# shellcheck source=lib/streams.sh
. "$here/lib/streams.sh"
# shellcheck source=lib/counters.sh
. "$here/lib/counters.sh"
# shellcheck source=lib/requests.sh
. "$here/lib/requests.sh"
# shellcheck source=lib/links.sh
. "$here/lib/links.sh"
