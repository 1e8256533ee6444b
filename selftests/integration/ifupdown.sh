#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: ifupdown bridge-utils
# Roots: bookworm trixie
# Options: -n e1000
#
# A host whose bridge comes from /etc/network/interfaces has its address on the
# NIC after import-bridge, and at the next boot by the lines in README.md that
# take the place of the bridge's; a guest needs nothing else then.

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-moving.sh
. "${0%/*}/lib-moving.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it changes /etc"
need_commands ifup brctl ethtool
interfaces=/etc/network/interfaces

# lines_for INTERFACE: as README.md has them
lines_for()
{
	printf 'auto lo\niface lo inet loopback\n\n'
	readme_stanza 'From a bridge' 4 "$1"
}

# What it finds in /sys has to be that of the host's namespace.
if_all()
{
	# shellcheck disable=SC2016 # the word comes after it
	unshare --mount bash -c 'mount -t sysfs sysfs /sys && exec "$1" -a' - \
		"$1"
}

nic_with_wire
lines_for br0 >$interfaces
check "a bridge comes up, by the lines in README.md" if_all ifup
wait_for_nics
is "it has the NIC" "$(master_of eth0)" br0
check "the host is reached by it" wait_until answers wire
check "import-bridge" vifmap import-bridge br0 learned --apply
on_nic "the host stays:"
check "there is a vifmap device" has_link vifmap0

lines_for eth0 >$interfaces
echo '    offload-lro off' >>$interfaces
forget_all
must rm -rf /run/network
check "the host boots, with the other lines" if_all ifup
on_nic "the host comes up:"
make_guest
check "a guest is attached" vifmap attach v0 pdev eth0
guest_is_at_home "the host comes up:"
finish
