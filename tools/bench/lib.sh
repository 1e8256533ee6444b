# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib.sh - what the tables have in common: progress, modules, and the end
#
# A table's script sources this file. It runs in the machine that is measured,
# see bench.sh, which says in the environment what it was given:
#
#   VIFMAP_MODULE  the module, where it is not the installed one
#   BARE_MODULE    the module in bare/
#   QUICK          1 for the least that makes sense

set -u
export LC_ALL=C
bench=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
PATH=$bench:${VIFMAP_TREE:-$bench/../..}/tools/vifmap:$PATH:/usr/sbin:/sbin
QUICK=${QUICK-}

# A progress line
say() { echo "# $*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

# note COMMAND...: a command line worth telling beside the table
note() { echo "$*" >>"${BENCH_NOTES:-/dev/null}"; }

# A step of setting up: told beside the table, and the end if it fails
must()
{
	note "$@"
	"$@" || die "failed: $*"
}

# Functions to be called when the table ends, however it does
at_end=()

# shellcheck disable=SC2317 # called by the trap
run_at_end()
{
	local name

	for name in ${at_end[@]+"${at_end[@]}"}; do
		"$name"
	done
}

trap run_at_end EXIT
trap 'exit 1' HUP INT TERM

module_loaded() { grep -q "^$1 " /proc/modules; }

# load_vifmap: the module that is to be measured
load_vifmap()
{
	! module_loaded vifmap || return 0
	if [ -n "${VIFMAP_MODULE-}" ]; then
		must insmod "$VIFMAP_MODULE"
	else
		must modprobe vifmap
	fi
}

load_bare()
{
	module_loaded vifmap_bare || must insmod "$BARE_MODULE"
}

# Sets median to that of the numbers.
median()
{
	local sorted

	mapfile -t sorted < <(printf '%s\n' "$@" | sort -n)
	median=${sorted[$# / 2]}
}
