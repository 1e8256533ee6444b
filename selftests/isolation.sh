#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two isolated vifs do not reach each other; everybody else they do.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2           v0, v1: isolated
#             veth tap veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap veth
must vifmap port set v0 isolated on
flow "one isolated vif alone is not cut off" v0 v1 -- v1
must vifmap port set v1 isolated on
set_mark
flow "v0 to v1: dropped" v0 v1 count=3 --
flow "v1 to v0: dropped" v1 v0 count=3 --
counted "they are counted" v0.drop-isolated=3 v1.drop-isolated=3 \
	v0.rx-packets=4 v0.delivered=1
flow "broadcast from v0" v0 broadcast -- wire host v2
flow "broadcast from v1" v1 multicast -- wire host v2
flow "broadcast from v2" v2 broadcast -- wire host v0 v1
flow "broadcast from the wire" wire broadcast -- host v0 v1 v2
flow "broadcast from the host" host broadcast -- wire v0 v1 v2
for other in wire host v2; do
	flow "v0 to $other" v0 $other -- $other
	flow "$other to v0" $other v0 -- v0
done
must vifmap port set v1 isolated off
flow "no more once it is off" v0 v1 -- v1
check_sums
finish
