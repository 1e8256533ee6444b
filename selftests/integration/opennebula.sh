#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: sudo python3 make
# Roots: bookworm trixie
#
# OpenNebula's driver, installed as vifmap-opennebula(8) says and called as
# OpenNebula calls it: by oneadmin, who is not root. sudo takes the file that
# comes with it, which allows what the driver needs, and nothing else.
#
#   wire0 ---- eth0 (vifmap0)   host   eth1
#    wire       |  |
#              v0  v1
#             tap tap

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../lib/opennebula.sh
. "$here/lib/opennebula.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it installs things"
need_commands sudo visudo /usr/bin/python3 make useradd
share=/usr/share/vifmap/opennebula
# Where OpenNebula puts its drivers on a host
remotes=/var/tmp/one/vnm

install_driver()
{
	must make -s -C "$here/../tools/integration" install PREFIX=/usr
	must install "$(command -v vifmap)" /usr/sbin/vifmap
	must useradd --system --user-group oneadmin
	must mkdir -p $remotes
	must cp -r $share/vifmap $remotes
	must chown -R oneadmin: $remotes
	# Without a name of its own, sudo complains.
	echo "127.0.0.1 $HOSTNAME" >>/etc/hosts
}

# as USER COMMAND...: with what ssh leaves of the environment
as()
{
	setpriv --reuid="$1" --regid="$(id -g "$1")" --init-groups \
		env -i PATH=/usr/local/bin:/usr/bin:/bin "${@:2}"
}

run() { as oneadmin "$remotes/vifmap/$1" "${@:2}" <"$tmp/machine"; }
denied() { refused '^sudo: ' 1 as oneadmin sudo -n "$@"; }

# all_actions WHERE: of a machine, from its start to its end
all_actions()
{
	machine "$(nic 0 v0)" "$(nic 1 v1)"
	check "$1: pre" run pre
	check "post" run post one-17
	is "the taps are attached" "$(ports)" $'v0 eth0\nv1 eth0'
	is "and their addresses lead to them" "$(vifmap mac show |
		sed -n 's/ .* vif \([^ ]*\) .*/ \1/p' | sort)" \
		"${mac[v0]} v0"$'\n'"${mac[v1]} v1"
	machine "$(nic 0 v0)" "$(nic 1 v1 NETWORK_ID=6 PHYDEV=eth1)"
	check "update_nic" run update_nic one-17 6
	is "moves a NIC" "$(ports)" $'v0 eth0\nv1 eth1'
	check "clean" run clean
	is "detaches both" "$(ports)" ""
}

build tap tap
other=02:00:00:00:00:03
must ip link add eth1 address $other type dummy
install_driver

machine "$(nic 0 v0)"
refused '^ERROR: vifmap post: sudo: ' 1 run post one-17
check "the file is what sudo understands" visudo -c -s -f $share/sudoers
must install -m 0440 $share/sudoers /etc/sudoers.d/opennebula-vifmap
check "also with the others" visudo -c
all_actions /usr

must vifmap attach v0 pdev eth0 mac "${mac[v0]}"
machine "$(nic 0 v0 PHYDEV=eth1)" "$(nic 1 v1 PHYDEV=eth1 MAC=$other)"
refused "^ERROR: vifmap update_nic: NIC 1: .*$other" 1 run update_nic one-17 5
denied vifmap attach v1 pdev eth0 mac "${mac[v1]}"
denied vifmap port set v0 trunk on
denied vifmap apply /etc/shadow
denied vifmap -batch /etc/shadow
denied vifmap apply - --prune </dev/null
denied ip link del eth1
denied -u nobody vifmap -j save
must cp /usr/sbin/vifmap "$tmp/vifmap"
denied "$tmp/vifmap" -j save
refused '^sudo: ' 1 as nobody sudo -n vifmap -j save
check "what the driver calls is not denied" as oneadmin sudo -n vifmap -j save
must vifmap detach v0

must mv /usr/sbin/vifmap /usr/local/sbin
all_actions /usr/local
finish
