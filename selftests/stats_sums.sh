#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whatever a mix of frames meets, every one of them is accounted for: for each
# end, what came from it and the copies made of it is what was delivered,
# passed to the host, sent to the wire, flooded, and dropped for a named reason.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |  |
#              v0  v1  v2  v3
#             veth tap veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap veth tap
must vifmap port set v0 isolated on trunk on
must vifmap port set v1 isolated on spoofcheck off
must vifmap port set v2 trunk on learn 2
must vifmap port set v3 flood-rate 3 link-local 0x4
must vifmap mac add 02:00:00:00:0a:01 vif v3 inactive

seed=${SEED:-$RANDOM}
echo "# seed $seed"
RANDOM=$seed
pick() { picked=${!#} n=$((RANDOM % $# + 1)) picked=${!n}; }

senders=(wire host v0 v1 v2 v3)
tos=("${senders[@]}" broadcast multicast 02:00:00:00:0a:01 02:00:00:00:0f:01
	01:80:c2:00:00:00 01:80:c2:00:00:01 01:80:c2:00:00:02)
sources=("" "" "" host v0 v2 wire 02:00:00:00:0a:01 02:00:00:00:0f:01
	00:00:00:00:00:00 01:00:5e:00:00:01)
options=("" "" "" vlan=5 "outer=3 vlan=4" len=14 len=15 "len=18 type=8100"
	len=1514 "vlan=0" "len=14 type=8100")
for ((i = 0; i < 400; i++)); do
	pick "${senders[@]}"; from=$picked
	pick "${tos[@]}"; to=$picked
	pick "${sources[@]}"; source=${picked:+src=$picked}
	pick "${options[@]}"
	must ask send "$from $to $source $picked count=$((RANDOM % 4 + 1))"
	[ $((i % 100)) -ne 99 ] || { must ask count; check_sums; }
done
read_stats
check "frames were dropped for several reasons" test "$(
	for key in "${!stats[@]}"; do
		[ "${stats[$key]}" -eq 0 ] || echo "${key#*.}"
	done | grep drop | sort -u | wc -l)" -ge 6
finish
