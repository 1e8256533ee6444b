#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine boots: systemd applies /etc/vifmap/vifmap.conf before the network is
# said to be up, and what appears later, or gets its name later, is attached by
# udev's rules. With a mistake in that file nothing is attached, and the network
# comes up nevertheless. systemd is the first process of a namespace of
# processes here.
#
#   wire0 ---- eth0 (vifmap0)   host   eth9 (dmz) comes later
#    wire       |  |  |                 |
#              v0  v1 v5, come later    v9
#            veth
#
# Packages: make systemd udev
# Roots: bookworm trixie
# Timeout: 1800

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-systemd.sh
. "${0%/*}/lib-systemd.sh"

conf=/etc/vifmap/vifmap.conf
build veth
# shellcheck disable=SC2154 # from lib/topology.sh
address=${mac[v0]}

# The interfaces that udev has had a unit started for, as the journal has them
started()
{
	inside journalctl -F UNIT |
		sed -n 's/^vifmap-link@\(.*\)\.service$/\1/p'
}

has_started() { started | grep -qx "$1"; }

attached() { vifmap port show "$1"; }

must make -C "$here/../tools/vifmap" install-systemd PREFIX=/usr
must cp "$here/../tools/vifmap/vifmap" /usr/sbin
must ip link add v9 type veth peer name v9p
must mkdir -p /etc/systemd/system/multi-user.target.wants
must ln -sf /usr/lib/systemd/system/vifmap.service \
	/etc/systemd/system/multi-user.target.wants
# Nobody logs in.
must ln -sf /dev/null /etc/systemd/system/getty.target
cat >$conf <<END
vif v0 pdev eth0 mac $address
vif v1 pdev eth0
vif v5 pdev eth0 mac 02:00:00:00:05:05
dev dmz pdev eth9
vif v9 pdev eth9
END

at_end+=(pull_plug)
sed -i '$s/^/nonsense /' $conf
boot
check "at boot, a file with a mistake makes the unit fail" wait_until \
	property_is vifmap.service ActiveState failed
check "the journal names the line" wait_until journal_has 'vifmap.conf:5: '
check "the network comes up" wait_until \
	property_is network.target ActiveState active
check "udev has nothing attached" wait_until \
	property_is vifmap-link@v0.service Result exec-condition
is "nor has anybody else" "$(vifmap -j dev show | jq -c .)" "[]"
power_off
sed -i '$s/^nonsense //' $conf

boot
must wait_until inside systemctl is-active vifmap.service
check "what was there is attached" attached v0
check "and has its address" grep -q 'user' <(vifmap mac show "$address")
must wait_until property_is network.target ActiveState active
check "before the network is up" test \
	"$(property vifmap.service ExecMainExitTimestampMonotonic)" -le \
	"$(property network.target ActiveEnterTimestampMonotonic)"

must ip link add v1 type veth peer name v1p
check "a vif appears" wait_until attached v1
must ip link del v1
must ip link add v1 type veth peer name v1p
check "and once more" wait_until attached v1
must ip link add other type dummy
must ip link set other name v5
check "one gets its name" wait_until attached v5
must ip link add eth9 type dummy
check "a pdev appears, with a vif that waited" wait_until attached v9
check "the device has its name" vifmap dev show dmz
# v5 was called other before.
check "the journal has what was started" wait_until has_started v5
is "nothing was, for what the file does not name" \
	"$(started | grep -vxE 'eth0|dmz|eth9|v0|v1|v5|v9')" ""

sed -i '1s/$/ isolated on/' $conf
check "reload" inside systemctl reload vifmap.service
check "applies what has changed" grep -q 'isolated on' <(vifmap port show v0)
sed -i '1s/on$/off/; $s/^/nonsense /' $conf
check "a file with a mistake" test "$(inside systemctl reload \
	vifmap.service 2>/dev/null && echo reloaded)" = ''
check "changes nothing" grep -q 'isolated on' <(vifmap port show v0)
check "the journal names the line" wait_until journal_has 'vifmap.conf:5: '
sed -i '$s/^nonsense //' $conf

check "stop" inside systemctl stop vifmap.service
check "leaves all as it is" attached v0
must ip link del v5
must ip link add v5 type dummy
check "what appears then" wait_until property_is vifmap-link@v5.service \
	Result exec-condition
is "is not attached" "$(master_of v5)" ""
finish
