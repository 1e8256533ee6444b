#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A frame for an address behind the vif that sent it is dropped: it never comes
# back, nor goes anywhere else.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth tap
for vif in v0 v1; do
	second=02:00:00:00:0a:0${vif#v}
	must vifmap mac add "$second" vif $vif
	flow "$vif to its second address" $vif "$second" --
	flow "$vif to its own address" $vif $vif --
	flow "$vif from its second address" $vif $vif src="$second" --
	counted "they are counted" $vif.drop-hairpin=3 $vif.rx-packets=3
done
check_sums
finish
