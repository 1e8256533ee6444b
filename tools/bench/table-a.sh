#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# table-a.sh OUTDIR - A: what a packet costs, in instructions. See lib-cost.sh.
# PATHS and PEERS choose; all when empty.
#
# Machine: icount
set -u

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib-cost.sh
. "$bench/lib-cost.sh"

outdir=${1:?}
csv=$outdir/A-cost.csv
paths=${PATHS:-wire-to-veth veth-to-veth queued veth-to-wire copy-direct
	copy-queued host-receive host-to-wire host-to-vif}
peers=${PEERS:-bare vifmap}
# How many copies are measured beside one
copies=9

# Sets goal and stretch; empty where there are none.
find_goal()
{
	local path

	while read -r path goal stretch; do
		[ "$path" != "$1" ] || return 0
	done < <(grep -v '^#' "$bench/goals")
	goal='' stretch=''
}

# report PATH PEER: a line about `cost`
report()
{
	local verdict=

	goal='' stretch=''
	[ "$2" != vifmap ] || find_goal "$1"
	if [ "$goal" ]; then
		verdict=pass
		[ "$cost" -le $((goal + 15)) ] || verdict=fail
	fi
	echo "$1,$2,$cost,$floor,$goal,$stretch,$verdict" >>"$csv"
	say "$1, $2: $cost (floor $floor)${goal:+, goal $goal: $verdict}"
}

# per_copy SETUP FLOOR OUT: sets `cost` to that of one copy more. SETUP N makes
# the first N guests receivers.
per_copy()
{
	local one

	"$1" 1
	count_cost "$2" "$3" ff:ff:ff:ff:ff:ff
	one=$cost
	"$1" $copies
	count_cost "$2" "$3" ff:ff:ff:ff:ff:ff
	cost=$(((cost - one) / (copies - 1)))
}

# --- the bare handlers ---

names() { seq -f 'v%g' -s ' ' 0 $(($1 - 1)); }

bare_flood_direct() { bare_host eth0 direct "$(names "$1")"; }
bare_flood_queue() { bare_host eth0 queue "$(names "$1")"; }

measure_bare()
{
	local to

	to=$(guest_mac 0)
	case $1 in
	wire-to-veth)
		bare_host eth0 direct v0
		count_cost wire1 wire0 "$to" ;;
	queued)
		bare_host eth0 queue v0
		count_cost wire1 wire0 "$to" ;;
	veth-to-veth)
		bare_host v1 direct v0
		count_cost wire1 e1 "$to" ;;
	veth-to-wire)
		bare_host v1 queue eth0
		count_cost wire1 e1 02:00:00:00:02:01 ;;
	copy-direct)
		per_copy bare_flood_direct wire1 wire0 ;;
	copy-queued)
		per_copy bare_flood_queue wire1 wire0 ;;
	*)
		return 1 ;;
	esac
	bare_host eth0 none
	bare_host v1 none
}

# --- vifmap ---

# Direct delivery is chosen by itself; one that does not know it is queueing.
delivery()
{
	local n

	for ((n = 0; n < $1; n++)); do
		vifmap -n $host port set v$n delivery "$2" 2>/dev/null
	done
	[ "$2" = auto ] || vifmap -n $host port show v0 |
		grep -q 'delivery queue' ||
		say "this module has no delivery $2"
}

# vifmap_guests N: the first N guests are attached, if they are not yet
vifmap_guests()
{
	while [ $attached -lt "$1" ]; do
		must vifmap -n $host attach v$attached pdev eth0 \
			mac "$(guest_mac $attached)" flood-rate 0
		attached=$((attached + 1))
	done
	must vifmap -n $host dev set vifmap0 flood-rate 0
}

vifmap_queued_guests()
{
	vifmap_guests "$1"
	delivery "$1" queue
}

measure_vifmap()
{
	local to from

	to=$(guest_mac 0) from=$(guest_mac 1)
	attached=0
	[[ $1 == copy-* ]] || vifmap_guests 2
	case $1 in
	wire-to-veth)
		count_cost wire1 wire0 "$to" ;;
	queued)
		delivery 2 queue
		count_cost wire1 wire0 "$to" ;;
	veth-to-veth)
		count_cost wire1 e1 "$to" "$from" ;;
	veth-to-wire)
		count_cost wire1 e1 02:00:00:00:02:01 "$from" ;;
	copy-direct)
		per_copy vifmap_guests wire1 wire0 ;;
	copy-queued)
		per_copy vifmap_queued_guests wire1 wire0 ;;
	host-receive)
		count_cost wire1 wire0 $host_mac ;;
	host-to-wire)
		cost_generator y0
		count_cost free eth0 02:00:00:00:02:01 $host_mac
		cost_generator x0 ;;
	host-to-vif)
		cost_generator y0
		count_cost free eth0 "$to" $host_mac
		cost_generator x0 ;;
	*)
		return 1 ;;
	esac
	must ip -n $host link del vifmap0
}

enter_far "$@"
cost_begin
load_vifmap
need_guests $copies
echo path,peer,cost,floor,goal,stretch,verdict >"$csv"
for path in $paths; do
	for peer in $peers; do
		! "measure_$peer" "$path" || report "$path" "$peer"
	done
done
