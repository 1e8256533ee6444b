#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Roots: bookworm trixie
#
# The tool and each release's own iproute2 show the same devices: what one of
# them makes, the other finds.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |
#              v0  veth

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

# shellcheck source=/dev/null
. /etc/os-release
names() { jq -r '[.[].ifname] | sort | join(" ")'; }

echo "# Debian $VERSION_ID, $(ip -V)"
build veth
check "a device made by ip" ip link add link eth0 name vifmap0 type vifmap
must ip link set vifmap0 up
check "a vif attached by ip" ip link set v0 master vifmap0
is "the tool shows the device" \
	"$(vifmap -j show | jq -r '.[0] | .ifname + " on " + .pdev')" \
	"vifmap0 on eth0"
is "ip shows the vif" "$(ip -j link show master vifmap0 | names)" v0
check "the tool detaches it" vifmap detach v0
is "ip shows none" "$(ip -j link show master vifmap0 | names)" ""
check "the tool attaches it" vifmap attach v0 pdev eth0
is "ip shows it again" "$(ip -j link show master vifmap0 | names)" v0
finish
