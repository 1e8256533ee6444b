#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-static.sh - all that can be found wrong without compiling or running
# anything. A line for each check: ok, or what is wrong. Goes on to the end.
set -euo pipefail

top=$(dirname "$(dirname "$(realpath "$0")")")
status=0

packages=(perl codespell yamllint shellcheck man-db groff-base patch python3 make
	systemd)

# What the generator wrote has its own style.
generated='^(drivers/net/vifmap/netlink-gen\.[ch]|include/uapi/linux/vifmap\.h)$'

yaml_style='{extends: default, rules: {
    document-start: disable,
    brackets: {max-spaces-inside: 1},
    line-length: {max: 80}}}'

# New files count before they are added, deleted ones no longer.
list_files()
{
	local file

	if [ -e .git ]; then
		scripts/install-packages.sh git
		git -c safe.directory="$top" ls-files --cached --others \
			--exclude-standard
	else
		find . -path ./build -prune -o -type f ! -name '*.mod.c' \
			! -name '*.ko' ! -name '*.[oa]' -printf '%P\n'
	fi | sort -u | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

# Files by a pattern of their names
named() { printf '%s\n' "${files[@]}" | grep -E "$1" || :; }

# Files by a pattern of their interpreters
run_by()
{
	local file line

	for file in "${files[@]}"; do
		line=
		IFS= LC_ALL=C read -r -n 80 line <"$file" || :
		[[ ! $line =~ ^'#!'.*[/\ ]($1)( |$) ]] || echo "$file"
	done
}

# Runs a command on the files whose names come on stdin; none is fine.
on_each() { xargs -r -d '\n' "$@"; }

# Prints its stdin and fails if there is any.
nothing() { ! grep ''; }

# --- the checks: quiet and true when all is well ---

# It leaves a file where it runs, and knows files by their place in the tree:
# it runs in a folder of links to the tree.
checkpatch()
{
	cd "$work"
	on_each perl "$linux/scripts/checkpatch.pl" --no-tree --strict \
		--codespell --codespellfile="$dictionary" \
		--max-line-length=80 --show-types --quiet --no-summary \
		"$@" -f
}

kernel_sources()
{
	named '^(drivers|include)/.*\.[ch]$' | { grep -vE "$generated" || :; }
}

check_checkpatch()
{
	kernel_sources | grep -vE '/trace\.h$|^include/compat/' | checkpatch
}

# The macros of a tracepoint are no function calls: an empty line may follow
# what opens them, and the assignments in them are statements.
check_checkpatch_trace()
{
	named '^drivers/.*/trace\.h$' |
		checkpatch --ignore OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
}

# The one place where a kernel's version may be asked for; checkpatch takes
# LINUX_VERSION_CODE for a constant on the wrong side.
check_checkpatch_compat()
{
	named '^include/compat/.*\.h$' |
		checkpatch --ignore "LINUX_VERSION_CODE,CONSTANT_COMPARISON$(
			),MACRO_WITH_FLOW_CONTROL"
}

# Programs have no u32, no __printf() and no kstrtoul() to prefer, but signal
# handlers, which only set something volatile; PRIu32 and _Static_assert are not
# theirs to name; and macros that abbreviate designated initialisers (.words =
# w, [ATTR_##a]) are no mistake.
check_checkpatch_programs()
{
	local ignore=PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO

	ignore+=,SSCANF_TO_KSTRTO,VOLATILE,CAMELCASE,BRACKET_SPACE,MACRO_ARG_REUSE
	named '^(tools|selftests)/.*\.[ch]$' | checkpatch --ignore "$ignore"
}

check_kernel_doc()
{
	kernel_sources |
		on_each perl "$linux/scripts/kernel-doc" -none -Wall -Werror
}

# SC2317 takes functions for unused that are called by a composed name. The parts
# of the selftests' lib.sh make sense with it only, and are checked with it, as
# those of the benchmarks are with table A.
check_shellcheck()
{
	local parts='^(selftests/lib/|tools/bench/(lib|peers|streams|tables))'
	local options=(-x -P SCRIPTDIR:selftests -e SC2317)

	{ run_by 'bash|dash|sh'; named '\.sh$'; } | sort -u |
		grep -vE "$parts" | on_each shellcheck "${options[@]}" &&
		shellcheck -a "${options[@]}" selftests/lib.sh \
			tools/bench/table-a.sh
}

# As in: to and fro
check_codespell()
{
	named '' | grep -vE '^COPYING$' | on_each codespell -L fro
}

check_yamllint() { named '\.ya?ml$' | on_each yamllint -s -d "$yaml_style"; }

check_generated() { scripts/ynl-regen.sh --check; }

check_kernel_versions()
{
	named '\.[ch]$|(^|/)Kbuild$' | grep -v '^include/compat/' |
		{ on_each grep -nHE 'LINUX_VERSION_CODE|KERNEL_VERSION' || :; } |
		nothing
}

check_man_pages()
{
	local page

	named '\.[1-8]$' | while read -r page; do
		LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 \
			-Z "$page" 2>&1 >/dev/null | sed "s|^|$page: |"
	done | nothing
}

# In a root of their own, with stand-ins for the programs that they start
check_units()
{
	local root=$work/root

	make -s -C tools/vifmap install-systemd DESTDIR="$root" PREFIX=/usr
	install -D -m 755 /dev/null "$root/usr/sbin/vifmap"
	install -D -m 755 /dev/null "$root/usr/bin/systemctl"
	systemd-analyze verify --man=no --root="$root" vifmap.service \
		vifmap-link@eth0.service 2>&1 | nothing
}

check_python()
{
	{ run_by 'python3?'; named '\.py$'; } | sort -u |
		on_each /usr/bin/python3 -c '
import sys
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as source:
        compile(source.read(), name, "exec")
'
}

# Without an interpreter line a script is there to be sourced.
check_executable()
{
	local file start

	named '\.sh$' | while read -r file; do
		start=
		read -r -n 2 start <"$file" || :
		if [ "$start" = '#!' ] && [ ! -x "$file" ]; then
			echo "$file is not executable"
		elif [ "$start" != '#!' ] && [ -x "$file" ]; then
			echo "$file is executable without an interpreter"
		fi
	done | nothing
}

check_licences()
{
	{ run_by '.*'; named '\.([ch]|sh|py|ya?ml)$|(^|/)(Kbuild|Makefile)$'; } |
		sort -u |
		{ on_each grep -L 'SPDX-License-Identifier: ' || :; } |
		sed 's/$/: no SPDX line/' | nothing
}

# The text about the tests names each of them, and none that there is not; the
# head of each mutant says what it covers and which test has to notice.
check_tests()
{
	local text=Documentation/networking/vifmap-testing.rst name patch test

	{
		{
			selftests/run.sh -l
			selftests/integration/run.sh -l
			selftests/integration/run.sh -f guests -l
		} | while read -r name; do
			grep -qwF "$name" "$text" || echo "$name is not in $text"
		done
		tr -cs 'a-z0-9_./-' '\n' <"$text" | grep '\.sh$' |
			while read -r name; do
			[ -e "$name" ] || [ -e "selftests/$name" ] ||
				[ -e "selftests/integration/$name" ] ||
				[ -e "selftests/guests/$name" ] ||
				echo "$name is in $text, but there is none"
		done
		named '^selftests/mutants/' | while read -r patch; do
			test=$(sed -n '/^--- /q; s/^Test: //p' "$patch")
			[ -f "selftests/${test:-none}" ] &&
				grep -q '^Covers: ' "$patch" ||
				echo "$patch: no test, or covers nothing"
			patch -p1 -s -f -N --dry-run -r - <"$patch" >/dev/null ||
				echo "$patch does not apply"
		done
	} | nothing
}

check_version()
{
	head -n 1 debian/changelog | grep -qF "vifmap ($(cat VERSION)) " ||
		{ echo "debian/changelog does not begin with VERSION"; return 1; }
	grep -qxF "PACKAGE_VERSION=\"$(cat VERSION)\"" dkms.conf ||
		{ echo "dkms.conf: PACKAGE_VERSION is not that of VERSION"; false; }
}

# --- to work ---

check()
{
	local name=$1 output

	if output=$("check_${name// /_}" 2>&1); then
		echo "ok      $name"
	else
		echo "FAILED  $name"
		printf '%s\n' "$output" | sed 's/^/    /'
		status=1
	fi
}

# checkpatch asks whichever python3 comes first, which may not know.
find_dictionary()
{
	/usr/bin/python3 -c '
import codespell_lib, os
print(os.path.dirname(codespell_lib.__file__) + "/data/dictionary.txt")
'
}

cd "$top"
scripts/install-packages.sh "${packages[@]}"
linux=$(scripts/fetch-linux-source.sh)
dictionary=$(find_dictionary)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
ln -s "$top"/{drivers,include,tools,selftests} "$work"
mapfile -t files < <(list_files)

check checkpatch
check 'checkpatch trace'
check 'checkpatch compat'
check 'checkpatch programs'
check 'kernel doc'
check shellcheck
check codespell
check yamllint
check generated
check 'kernel versions'
check 'man pages'
check units
check python
check executable
check licences
check tests
check version
exit $status
