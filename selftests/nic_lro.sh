#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NIC that merges frames (LRO) is no pdev, and neither is a bond of it: what
# was merged cannot be sent on. While it is one, LRO stays off.
#
#   wire0 ==== eth0   host; two NICs, joined by their cables
#    wire       |
#              v0
#             veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool
nic_build vmxnet3 veth

lro() { ethtool -k eth0 | sed -nE 's/^large-receive-offload: ([^ ]*).*/\1/p'; }

is "LRO at first" "$(lro)" on
refused 'eth0 merges frames.*ethtool -K eth0 lro off' 2 \
	ip link add link eth0 type vifmap
refused 'ethtool -K eth0 lro off' 1 vifmap attach v0 pdev eth0
check "doctor says so beforehand" grep -q '^eth0: .*: ethtool -K eth0 lro off$' \
	<(vifmap doctor eth0)
is "LRO has been left alone" "$(lro)" on

must ethtool -K eth0 lro off
check "a pdev without LRO" vifmap attach v0 pdev eth0
read_stats
set_mark
flow "the wire to v0" wire v0 -- v0
# ethtool says that nothing could be changed, on some kernels with an error.
ethtool -K eth0 lro on >/dev/null 2>&1
is "LRO cannot be switched on any more" "$(lro)" off
must ip link del vifmap0
# It is wanted already, so it has to be unwanted first.
must ethtool -K eth0 lro off
must ethtool -K eth0 lro on
is "without vifmap it can" "$(lro)" "on"

must ip -batch - <<END
link add bond0 type bond mode active-backup
link set eth0 down
link set eth0 master bond0
END
refused 'eth0 merges frames.*ethtool -K eth0 lro off' 2 \
	ip link add link bond0 type vifmap
must ethtool -K eth0 lro off
check "a bond without LRO in its links" ip link add link bond0 type vifmap
ethtool -K eth0 lro on >/dev/null 2>&1
is "LRO below a pdev cannot be switched on either" "$(lro)" off
finish
