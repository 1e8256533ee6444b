#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Random operations, and a plain model: what vifmap answers, what its state and
# its counters are after each operation, and who receives each of some frames
# must be what the model (model.c) says.
#
#   wire0 ---- eth0, eth0.5 (vifmap0)   host
#    wire       |  |  |  |  |
#              v0 v1 v2 v3 v4
#              veths    taps
#
#   model.sh [SEED [OPERATIONS]]
#
# The seed is always the same, so that a change is judged by its own merits and
# a failure can be repeated. The variable SEED sets another, and SEED=random one
# that nobody has seen, which is what finds new things; it is printed.

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

seed=${1:-${SEED:-1}}
[ "$seed" != random ] || seed=${EPOCHREALTIME//[!0-9]}
operations=${2:-${OPERATIONS:-1500}}

mac[host]=02:00:00:00:00:01
mac[wire]=02:00:00:00:00:02
no_ipv6 host
for place in wire away v0 v1 v2; do
	new_netns $place
	no_ipv6 $place
done
must ip -batch - <<<"$(pdev_lines)"
must ip -n "${prefix}wire" link set wire0 up

echo "# SEED=$seed OPERATIONS=$operations"
model "$prefix" "$seed" "$operations"
result $? "vifmap is what the model says, SEED=$seed"
finish
