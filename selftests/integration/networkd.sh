#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: systemd udev
# Roots: bookworm trixie
# Options: -n e1000
# Timeout: 1800
#
# A host whose bridge is systemd-networkd's moves to vifmap while it runs, by
# README.md, with its guest; networkd, which starts again after that, has the
# host's address on the NIC, and so has the next boot.

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-systemd.sh
. "${0%/*}/lib-systemd.sh"
# shellcheck source=lib-moving.sh
. "${0%/*}/lib-moving.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it changes /etc"
need_commands systemctl
config=/etc/systemd/network

# What README.md asks of programs that are the machine's, which nobody has to
# switch off.
systemctl() { inside systemctl "$@"; }
shutdown() { [ "$*" = '-r +10' ]; }

# networkctl would ask D-Bus, which is not there.
is_configured()
{
	inside grep -qx 'ADMIN_STATE=configured' \
		"/run/systemd/netif/links/$(ip -o link show dev "$1" |
			cut -d : -f 1)"
}

runs() { property_is systemd-networkd.service ActiveState active; }

nic_with_wire
make_guest
keep_names
must env SYSTEMD_OFFLINE=1 systemctl enable systemd-networkd
cat >$config/br0.netdev <<END
[NetDev]
Name=br0
Kind=bridge
END
cat >$config/br0.network <<END
[Match]
Name=br0

[Network]
Address=192.0.2.10/24
Gateway=192.0.2.1
END
cat >$config/eth0.network <<END
[Match]
Name=eth0

[Network]
Bridge=br0
END

at_end+=(pull_plug)
boot
check "networkd makes a bridge" wait_until is_configured br0
is "it has the NIC" "$(master_of eth0)" br0
check "the host is reached by it" wait_until answers wire
must ip link set v0 master br0
check "and by its guest" wait_until answers v0

check "step 3 stops networkd, and makes the change" follow 'From a bridge' 3
check "networkd does not run" property_is systemd-networkd.service \
	ActiveState inactive
on_nic "without networkd:"
guest_is_at_home "without networkd:"

sed -i 's,^Bridge=br0$,Address=192.0.2.10/24\nGateway=192.0.2.1,' \
	$config/eth0.network
must rm $config/br0.netdev $config/br0.network
check "step 4: networkd starts with other files" systemctl start systemd-networkd
check "it has the NIC" wait_until is_configured eth0
on_nic "with networkd:"
guest_is_at_home "with networkd:"

power_off
forget_all
boot
check "the machine boots" wait_until is_configured eth0
on_nic "after a boot:"
check "a guest is attached" vifmap attach v0 pdev eth0
guest_is_at_home "after a boot:"
check "networkd runs" runs
check "and is content with the NIC" is_configured eth0
on_nic "with a guest:"
finish
