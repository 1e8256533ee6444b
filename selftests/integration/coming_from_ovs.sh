#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# coming_from.sh, and what its text says of Open vSwitch: the daemons of each
# release, in the host's namespace
#
# Packages: nftables openvswitch-switch
# Roots: bookworm trixie

# ovs_daemon PROGRAM ARG...
ovs_daemon()
{
	background host "$@" --pidfile -vconsole:off -vsyslog:off \
		--log-file="$OVS_LOGDIR/${1##*/}.log"
}

# What the package's service does
start_switch()
{
	need_commands ovsdb-tool ovsdb-server ovs-vswitchd
	export OVS_RUNDIR=$tmp OVS_LOGDIR=$tmp OVS_DBDIR=$tmp
	must modprobe openvswitch
	must ovsdb-tool create "$tmp/conf.db" \
		/usr/share/openvswitch/vswitch.ovsschema
	ovs_daemon ovsdb-server "$tmp/conf.db" --remote="punix:$tmp/db.sock"
	must wait_until ovs-vsctl --no-wait init
	ovs_daemon ovs-vswitchd "unix:$tmp/db.sock"
	must wait_until ovs-appctl version
	echo "# $(ovs-vsctl --version | head -n 1)"
}

set -- 'Open vSwitch'
# shellcheck source=../coming_from.sh
. "${0%/*}/../coming_from.sh"
