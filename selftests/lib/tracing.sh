# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# tracing.sh - the kernel's trace events, in a buffer of the test's own, though
# other tests may cause them as well. A test that wants it sources it after
# lib.sh.
# shellcheck disable=SC2154 # lib.sh sets them

tracefs=/sys/kernel/tracing
# The test's own events and their buffer
trace=$tracefs/instances/$prefix

open_tracing()
{
	# Another test may mount it meanwhile.
	[ -d $tracefs/instances ] ||
		mount -t tracefs tracefs $tracefs 2>/dev/null ||
		[ -d $tracefs/instances ] || skip "no tracefs"
	at_end+=(close_tracing)
	must mkdir "$trace"
}

close_tracing()
{
	[ -d "$trace" ] || return 0
	echo 0 >"$trace/events/enable"
	rmdir "$trace"
}

# trace_events EVENT 0|1: of all that its name, a folder's, stands for
trace_events() { must tee "$trace/events/$1/enable" <<<"$2" >/dev/null; }

# filter_events EVENT FILTER: only those that the filter lets through
filter_events() { must tee "$trace/events/$1/filter" <<<"$2" >/dev/null; }
