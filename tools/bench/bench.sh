#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bench.sh - measure, each kernel in a virtual machine, and print the tables.
# See usage.
set -euo pipefail

bench=$(dirname "$(realpath "$0")")
top=$(realpath "$bench/../..")

usage()
{
	cat <<-END
	usage: ${0##*/} [-k VERSION]... [-p PATH]... [-P PEER]... [TABLE]...
	  -k VERSION  kernel to measure on: 6.1, 6.12, 7.2 (6.1 and 6.12)
	  -p PATH     of table A, only this path; repeatable
	  -P PEER     of table A, only this peer; repeatable
	  TABLE       A, B, ... (all)
	From the environment:
	  BENCH_OUT    folder for the results (build/bench)
	  VIFMAP_TREE  tree whose module and tool are measured (this one)
	  QUICK=1      table A on 6.1 only
	END
}

say() { echo "# $*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

options()
{
	local option

	kernels=() paths=() peers=()
	while getopts 'k:p:P:h' option; do
		case $option in
		k) kernels+=("$OPTARG") ;;
		p) paths+=("$OPTARG") ;;
		P) peers+=("$OPTARG") ;;
		h) usage; exit 0 ;;
		*) usage >&2; exit 2 ;;
		esac
	done
	[ ${#kernels[@]} -gt 0 ] || kernels=(6.1 6.12)
	export PATHS="${paths[*]}" PEERS="${peers[*]}"
}

# What the head of a table's script says
head_says() { sed -n "/^[^#]/q; s/^# $2: //p" "$bench/table-$1.sh"; }

build()
{
	say "$kernel: building"
	VIFMAP_MODULE=$("$tree/scripts/build-module.sh" -k "$kernel")
	BARE_MODULE=$VIFMAP_MODULE
	[ "$tree" = "$top" ] ||
		BARE_MODULE=$("$top/scripts/build-module.sh" -k "$kernel")
	BARE_MODULE=${BARE_MODULE%/*}/tools/bench/bare/vifmap_bare.ko
	export VIFMAP_MODULE BARE_MODULE VIFMAP_TREE=$tree
}

measure()
{
	local table=$1 machine=()

	[ "$(head_says "$table" Machine)" != icount ] || machine=(-i)
	say "$kernel: table ${table^^}"
	"$top/selftests/vm/run.sh" -k "$kernel" "${machine[@]}" -t 1800 \
		-d "$top" -o "$out" -e VIFMAP_MODULE -e BARE_MODULE \
		-e VIFMAP_TREE -e PATHS -e PEERS -e QUICK -- \
		"tools/bench/table-$table.sh" "$out"
}

options "$@"
shift $((OPTIND - 1))
tree=$(realpath "${VIFMAP_TREE:-$top}")
make -s -C "$tree" tools
for kernel in "${kernels[@]}"; do
	out=${BENCH_OUT:-$top/build/bench}/$kernel
	mkdir -p "$out"
	out=$(realpath "$out")
	build
	for table in "${@:-a}"; do
		measure "${table,,}"
	done
	for csv in "$out"/*.csv; do
		column -t -s , "$csv"
	done
done
