# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-step.sh - steps, and the places where they happen: host, wire, box (the
# container), guest1, guest2. Each line of output names its place.

# Of each place, filled in as they become known
declare -A address=()

step() { printf '\n==> %s\n' "$*"; }

fail()
{
	echo "demo: FAILED: $*" >&2
	exit 1
}

# Says where its stdin comes from. What begins with @ is for us alone.
shown_at() { sed -u "/^@/d; s/^/$1| /"; }

# Runs a command at a place, quietly.
at()
{
	local place=$1

	shift
	case $place in
	host) "$@" ;;
	guest*) guest_run "$place" "$@" ;;
	*) ip netns exec "$place" "$@" ;;
	esac
}

# The same as a user there would see it. It has to succeed.
run_at()
{
	local place=$1

	shift
	echo "$place| # $*"
	at "$place" "$@" 2>&1 | shown_at "$place" || fail "$place: $*"
}

# Waits at most so many seconds for a command to succeed.
wait_for()
{
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || fail "waited in vain for: $*"
		sleep 0.1
	done
}

# Each of three requests has to be answered, and once: ping counts duplicates
# between the answers and the loss.
ping_from()
{
	local place=$1 target output count
	local good='^3 packets transmitted, 3 packets received, 0% packet loss'

	shift
	for target; do
		output=$(at "$place" busybox ping -A -q -c 3 \
			"${address[$target]}" 2>&1) || :
		count=$(grep 'packets transmitted' <<<"$output") ||
			count=$output
		echo "$place| ping $target (${address[$target]}): $count"
		[[ $count =~ $good ]] || fail "$place cannot ping $target"
	done
}

# A TCP stream of three seconds to the iperf3 server at a place; options of
# the client may follow.
iperf_from()
{
	local place=$1 target=$2 command output

	shift 2
	command=(iperf3 -c "${address[$target]}" -t 3 -f m "$@")
	echo "$place| # ${command[*]}"
	output=$(at "$place" "${command[@]}" 2>&1) ||
		fail "$place: iperf3: $output"
	output=$(grep -E 'sender|receiver' <<<"$output") || :
	shown_at "$place" <<<"$output"
	grep -qE ' [0-9.]*[1-9][0-9.]* Mbits/sec .*receiver' <<<"$output" ||
		fail "nothing got through between $place and $target"
}
