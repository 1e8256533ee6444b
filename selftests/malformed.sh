#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Frames of any length from nothing to 64 KiB, their headers and tags cut short
# anywhere: each is delivered or dropped for a reason, and the kernel has
# nothing to complain of.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |          wire, v0, v1 and the host send it
#              v0  v1  v2
#             tap veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

seed=${SEED-1} count=400

# throw KIND DEVICE PLACE END: END's frames go to all others
throw()
{
	local end out dst=(ff:ff:ff:ff:ff:ff 01:80:c2:00:00:0e)

	for end in wire host v0 v1 v2; do
		[ "$end" = "$4" ] || dst+=("${mac[$end]}")
	done
	out=$(at "$3" garbage "$seed" "$count" "$1" "$2" plain "${mac[$4]}" \
		"${dst[@]}")
	result $? "trunk $trunk, from $4: $out"
}

echo "# SEED=$seed"
topology tap veth tap
must vifmap dev set vifmap0 flood-rate 0
must ask drop v0
for trunk in off on; do
	for vif in v0 v1 v2; do
		must vifmap port set $vif trunk $trunk
	done
	throw tap v0 host v0
	throw packet eth0 v1 v1
	throw packet wire0 wire wire
	throw packet eth0 host host
	check_sums
done
for end in wire host v0 v1; do
	check "$end: vifmap saw most of it" \
		test "${stats[$end.rx-packets]}" -gt $((count / 3))
done
check "what is over the MTU is counted" test "${stats[v0.drop-mtu]}" -gt 10
check "so are tags where there is no trunk" \
	test "${stats[v0.drop-vlan]}" -gt 10
must ask count
must wait_until has_no_carrier v0
open_guest v0
must wait_until is_up v0
flow "and all goes on: between two vifs" v1 v0 -- v0
flow "from the wire" wire v1 -- v1
finish
