# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# tables.sh - what the scripts of tables B to F share; they source it first
#
#   table-X.sh OUTDIR   fills OUTDIR with X-NAME.csv; what it does goes to
#                       standard error. QUICK=1 measures less often, PEERS are
#                       the switches (all).

# shellcheck source=tools/bench/peers.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/peers.sh"
# shellcheck source=tools/bench/names.sh
. "$bench/names.sh"

[ $# -eq 1 ] && [ -d "$1" ] || die "usage: ${0##*/} OUTDIR"
out=$1
[ $EUID -eq 0 ] || die "not root"

# usual QUICK: the first number, or with QUICK=1 the second
usual() { [ "${QUICK-}" = 1 ] && echo "$2" || echo "$1"; }

# note TEXT: to be said beside the results
note() { [ -z "${BENCH_NOTES-}" ] || echo "$*" >>"$BENCH_NOTES"; }

# chosen PEER...: those of them that are wanted
chosen()
{
	local name

	for name; do
		[[ -n ${PEERS-} && " $PEERS " != *" $name "* ]] || echo "$name"
	done
}

# table NAME COLUMNS: a new table, to which rows are added from now on
table()
{
	table=$out/$1.csv
	echo "$2" >"$table"
}

# row VALUE...: values with commas are several
row() { (IFS=,; echo "$*") >>"$table"; }

rows() { printf '%s\n' "$@" >>"$table"; }
