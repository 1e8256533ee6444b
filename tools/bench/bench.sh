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
	  BENCH_HOST   1: on the running kernel instead, with vifmap as installed;
	               not table A, which takes a machine that counts
	  QUICK        1: short runs; of table A on 6.1, where none are named
	  TABLES       tables, where none is named
	  VIFMAP_TREE  tree whose module and tool are measured (this one)
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
	# Measured as named, where something is named
	[ ${#paths[@]} -eq 0 ] || export PATHS="${paths[*]}"
	[ ${#peers[@]} -eq 0 ] || export PEERS="${peers[*]}"
}

# Sets kernels and tables to the usual ones where none are named.
choose()
{
	local file

	if [ "${BENCH_HOST-}" = 1 ]; then
		[ ${#kernels[@]} -eq 0 ] || die "BENCH_HOST=1 has its own kernel"
		[ $EUID -eq 0 ] || die "BENCH_HOST=1 is for root"
		kernels=(host)
	elif [ ${#kernels[@]} -eq 0 ]; then
		kernels=(6.1)
		[ "${QUICK-}" = 1 ] || kernels+=(6.12)
	fi
	tables=("$@")
	[ ${#tables[@]} -gt 0 ] || read -ra tables <<<"${TABLES-}"
	if [ ${#tables[@]} -eq 0 ]; then
		for file in "$bench"/table-*.sh; do
			file=${file##*/table-}
			tables+=("${file%.sh}")
		done
		[ "${QUICK-}" != 1 ] || tables=(a)
	fi
	tables=("${tables[@],,}")
	for file in "${tables[@]}"; do
		[ -x "$bench/table-$file.sh" ] || die "no table ${file^^}"
	done
	[ "${kernels[0]}" != host ] || leave_out_a
}

leave_out_a()
{
	local table some=()

	for table in "${tables[@]}"; do
		[ "$table" = a ] || some+=("$table")
	done
	[ ${#some[@]} -gt 0 ] || die "BENCH_HOST=1 cannot measure table A:" \
		"it takes a machine that counts instructions (icount)"
	[ ${#some[@]} -eq ${#tables[@]} ] ||
		say "table A takes a machine that counts instructions" \
			"(icount): left out with BENCH_HOST=1"
	tables=("${some[@]}")
}

# What the head of a table's script says: head_says TABLE WHAT [DEFAULT]
head_says()
{
	local text

	text=$(sed -n "/^[^#]/q; s/^# $2: //p" "$bench/table-$1.sh")
	echo "${text:-${3-}}"
}

install_packages()
{
	local table some packages=(gcc iproute2 libc6-dev make gnuplot-nox)

	for table in "${tables[@]}"; do
		read -ra some <<<"$(head_says "$table" Packages)"
		packages+=(${some[@]+"${some[@]}"})
	done
	"$top/scripts/install-packages.sh" "${packages[@]}"
}

build_module()
{
	VIFMAP_MODULE=$("$tree/scripts/build-module.sh" -k "$kernel")
	BARE_MODULE=$VIFMAP_MODULE
	[ "$tree" = "$top" ] ||
		BARE_MODULE=$("$top/scripts/build-module.sh" -k "$kernel")
	BARE_MODULE=${BARE_MODULE%/*}/tools/bench/bare/vifmap_bare.ko
	export VIFMAP_MODULE BARE_MODULE
}

# Sets machine to the arguments of run.sh that a table wants.
choose_machine()
{
	local name

	machine=(-m "$(head_says "$1" Memory 2048)"
		-t "$(head_says "$1" Seconds 3600)")
	name=$(head_says "$1" Machine "2 cpus")
	case $name in
	icount) machine+=(-i) ;;
	*) machine+=(-c "${name% cpus}") ;;
	esac
	for name in VIFMAP_MODULE BARE_MODULE VIFMAP_TREE PATHS PEERS ENTRIES \
		FRAMES QUICK BENCH_DATE; do
		machine+=(-e "$name")
	done
}

# in_machine TABLE COMMAND [ARG]...
in_machine()
{
	local table=$1 machine

	shift
	if [ "$kernel" = host ]; then
		"$@"
		return
	fi
	choose_machine "$table"
	"$top/selftests/vm/run.sh" -k "$kernel" "${machine[@]}" -d "$top" \
		-o "$out" -- "$@"
}

measure()
{
	local table=$1

	say "$kernel: table ${table^^}"
	rm -f "$out/${table^^}"-*
	in_machine "$table" tools/bench/measure.sh "$table" "$out" >&2
}

# In columns; an empty cell is a dot, for column takes it for none.
print_table()
{
	echo
	echo "$kernel, ${1##*/}"
	sed ':a; s/^,/.,/; s/,,/,.,/; s/,$/,./; ta' "$1" | column -t -s ,
}

finish_table()
{
	local csv

	for csv in "$out/${1^^}"-*.csv; do
		[ -e "$csv" ] || continue
		print_table "$csv"
		[ ! -x "$bench/plot.sh" ] ||
			"$bench/plot.sh" "$csv" "${csv%.csv}.svg"
	done
}

options "$@"
shift $((OPTIND - 1))
choose "$@"
tree=$(realpath "${VIFMAP_TREE:-$top}")
export VIFMAP_TREE=$tree
# A machine that counts instructions has a clock that runs ahead.
BENCH_DATE=$(date -u +%Y-%m-%d)
export BENCH_DATE
install_packages
make -s -C "$bench"
make -s -C "$tree" tools
cd "$top"
for kernel in "${kernels[@]}"; do
	out=${BENCH_OUT:-$top/build/bench}/$kernel
	mkdir -p "$out"
	out=$(realpath "$out")
	if [ "$kernel" != host ]; then
		say "$kernel: building"
		build_module
	fi
	for table in "${tables[@]}"; do
		measure "$table"
		finish_table "$table"
	done
done
