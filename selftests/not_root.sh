#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Without CAP_NET_ADMIN nothing can be changed, and the message says so;
# looking is allowed.
#
#   wire0 ---- eth0 (vifmap0)   host, user nobody
#    wire       |  |
#              v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands setpriv
build veth veth
must vifmap attach v0 pdev eth0
must ip link add eth1 type dummy

denied() { refused 'permission|permitted' 1 as_nobody vifmap "$@"; }
denied attach v1 pdev eth0
denied attach v1 pdev eth1
denied detach v0
denied mac add 02:00:00:00:0a:01 vif v0
denied mac del "${mac[v0]}"
denied mac set "${mac[v0]}" inactive
denied mac flush vif v0
denied port set v0 spoofcheck off
denied dev set vifmap0 host off
refused 'permitted' 2 as_nobody ip link add link eth1 type vifmap
refused 'permitted' 2 as_nobody ip link set v1 master vifmap0
refused 'permitted' 2 as_nobody ip link del vifmap0

is "looking is allowed" "$(as_nobody vifmap show | head -n 1)" \
	"$(vifmap show | head -n 1)"
is "at the map, too" "$(as_nobody vifmap mac show)" "$(vifmap mac show)"
finish
