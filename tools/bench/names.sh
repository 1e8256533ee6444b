# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # used where this is sourced
#
# names.sh - what people call the switches that peers.sh and lib-switches.sh
# make: label[SWITCH]. A table that has another in its place says so itself.
declare -A label=([none]='no switch' [vifmap]=vifmap [bridge]=bridge
	[bridge-nf]='bridge + br_netfilter' [macvlan]=macvlan [ovs]='Open vSwitch'
	[tc]='tc flower + mirred' [tc-flower]='tc flower + mirred'
	[tc-matchall]='tc matchall + mirred' [raw]='AF_PACKET')
