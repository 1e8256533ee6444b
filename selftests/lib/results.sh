# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# results.sh - what a test reports; it has set tmp to a folder for notes

results=0 failures=0

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
