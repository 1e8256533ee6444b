#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check-peers.sh [PEER]... - that each of them carries frames between the wire,
# the host and two guests; what a peer cannot do is not asked for. Run in the
# machine to be measured. A figure of a path that does not work is no figure.
set -u

# shellcheck source=tools/bench/peers.sh
. "$(dirname "$(realpath "$0")")/peers.sh"
failures=0

# ping_from PLACE ADDR
ping_from()
{
	local result=ok

	at "$1" ping -q -c 1 -W 5 "$2" >/dev/null || {
		result=FAILED
		failures=$((failures + 1))
	}
	echo "$result $peer: $1 to $2"
}

check_peer()
{
	if [ "$1" = none ]; then
		bench_build none veth 1
		ping_from wire "$(guest_v4 0)"
	else
		bench_build "$1" veth 2
		ping_from wire "$(guest_v4 0)"
		ping_from g0 "$(guest_v4 1)"
	fi
	case $1 in
	none|raw|macvlan) ;;
	*) ping_from host "$(guest_v4 0)" ;;
	esac
	bench_remove
}

[ $# -gt 0 ] || set -- "${all_peers[@]}"
for name; do
	check_peer "$name"
done
[ $failures -eq 0 ]
