#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NIC without a filter for addresses is made promiscuous by the kernel, once,
# however many addresses there are; an alert says so, once, and it ends with the
# last active entry.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables
#    wire       |  |
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool

# What doctor has to say of promiscuity
doctor_says()
{
	vifmap doctor | sed -n 's/^eth0: \([^,]*promiscuous\),.*/\1/p'
}

nic_build vmxnet3 veth tap
must ethtool -K eth0 lro off
must ip link add link eth0 type vifmap
must ip link set vifmap0 up
start_monitor
is "promiscuity without a vif" "$(promiscuity eth0)" 0
attach_vifs
read_stats
set_mark
is "promiscuity" "$(promiscuity eth0)" 1
check "an alert" wait_until has_line 'alert.*promisc' "$tmp/events"
is "doctor says so" "$(doctor_says)" "it is promiscuous"
for vif in v0 v1; do
	flow "the wire to $vif" wire $vif count=10 -- $vif
	flow "$vif to the wire" $vif wire count=10 -- wire
done
flow "broadcast from the wire" wire broadcast -- host v0 v1
flow "no vif gets another's" wire 02:00:00:00:09:09 count=10 --
counted "vifmap saw that" wire.unknown=10

must vifmap mac add 02:00:00:00:0a:01 vif v0
is "promiscuity with one address more" "$(promiscuity eth0)" 1
must ip link set eth0 promisc on
is "promiscuity while somebody else wants it, too" "$(promiscuity eth0)" 2
is "doctor names both" "$(doctor_says | sort)" \
	$'it is promiscuous\nsomebody has made it promiscuous'
must ip link set eth0 promisc off
is "promiscuity afterwards" "$(promiscuity eth0)" 1
flow "the wire to v0" wire v0 -- v0
must vifmap mac del 02:00:00:00:0a:01
for vif in v0 v1; do
	must vifmap mac set "${mac[$vif]}" inactive
done
is "promiscuity without an active entry" "$(promiscuity eth0)" 0
is "doctor has nothing to say of it" "$(doctor_says)" ""
must vifmap mac set "${mac[v0]}" active
is "promiscuity with one" "$(promiscuity eth0)" 1
check_sums
must vifmap detach v0
must vifmap detach v1
is "promiscuity and allmulti without a vif" \
	"$(promiscuity eth0) $(allmulti eth0)" "0 0"
must vifmap -b - <<<"attach v0 pdev eth0"
is "promiscuity with a vif again" "$(promiscuity eth0)" 1
must ip link del vifmap0
is "promiscuity without vifmap" "$(promiscuity eth0)" 0
is "alerts about it" "$(grep -c '"alert".*"promisc"' "$tmp/events")" 1
finish
