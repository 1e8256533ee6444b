#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# One CPU maps, unmaps, moves, activates, attaches and detaches without a pause,
# by the hundred so that the map grows, while frames from every end pass on the
# other. Addresses and vifs that nobody touches lose no frame and get none that
# is not theirs; a frame for an address that is moved arrives at the old place or
# at the new one, and never twice. Afterwards every frame is
# accounted for, and nothing is left of it all.
#
#   wire0 ---- eth0 (vifmap0)    host
#    wire       |  |  |  |  |
#              v0 v1 v2 v3 v4    v0 and v4 are stable, v1 comes and goes,
#              veths    taps     addresses move between v1, v2 and v3
#
#   churn.sh [SEED]

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

[ "$(nproc)" -ge 2 ] || skip "one processor"
seed=${1:-${SEED:-1}}
[ "$seed" != random ] || seed=${EPOCHREALTIME//[!0-9]}

# shellcheck disable=SC2317 # called by wait_until
settled_at() { ! at "$1" ip -o link show up | grep -qv ' state UP '; }

no_ipv6 host
mac[host]=02:00:00:00:00:01
mac[wire]=02:00:00:00:00:02
for place in wire v0 v1 v2; do
	new_netns $place
	no_ipv6 $place
done
for vif in v0 v1 v2; do
	mac[$vif]=02:00:00:00:01:0${vif#v}
	must ip -batch - <<<"$(veth_lines $vif)"
done
must ip -batch - <<<"$(pdev_lines)
$(tap_lines v3)
$(tap_lines v4)"
must ip -n "${prefix}wire" link set wire0 up
for place in v0 v1 v2; do
	must ip -n "$prefix$place" link set eth0 up
done
for place in wire v0 v1 v2; do
	must wait_until settled_at $place
done

echo "# SEED=$seed"
churn "$prefix" "$seed" 4 250
result $? "traffic and changes do not disturb each other, SEED=$seed"
is "the device has gone" "$(ip -o link show type vifmap)" ""
check "and can be made again" vifmap attach v0 pdev eth0
finish
