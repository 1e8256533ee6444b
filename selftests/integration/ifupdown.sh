#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: ifupdown bridge-utils
# Roots: bookworm trixie
# Options: -n e1000
#
# A host whose bridge comes from /etc/network/interfaces has its address on the
# NIC after import-bridge, and at the next boot by the lines in README.md that
# take the place of the bridge's; a guest needs nothing else then.
#
#                   v0, at last
#                  veth
#                   |
#   wire0 ==== eth0, on br0 at first   host; two NICs, joined by their cables

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-readme.sh
. "${0%/*}/lib-readme.sh"

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

# What a boot finds; the module that is loaded, and vifmap0, are not there then.
forget_all()
{
	must ip link del vifmap0
	must ip address flush dev eth0
	must ip link set eth0 down
	must rm -rf /run/network
}

answers() { at "$1" ping -c 1 -W 5 192.0.2.10; }
exists() { ip link show dev "$1"; }
addresses() { ip -4 -o address show dev eth0 | awk '{ print $4 }' | xargs; }
default_route()
{
	ip route show default | sed 's, proto.*,,; s, onlink,,; s, $,,'
}

# on_nic WHEN: the host is where it belongs
on_nic()
{
	is "$1 its address is on the NIC" "$(addresses)" 192.0.2.10/24
	is "its default route, too" "$(default_route)" \
		"default via 192.0.2.1 dev eth0"
	check "there is no bridge" test -z "$(ip -o link show type bridge)"
	check "it is reached" wait_until answers wire
}

take_nics e1000
new_netns wire
new_netns v0
must ip link set wire0 netns "${prefix}wire"
must ip -n "${prefix}wire" -batch - <<-END
	address add 192.0.2.1/24 dev wire0
	link set wire0 up
END

lines_for br0 >$interfaces
check "a bridge comes up, by the lines in README.md" if_all ifup
wait_for_nics
is "it has the NIC" "$(master_of eth0)" br0
check "the host is reached by it" wait_until answers wire
check "import-bridge" vifmap import-bridge br0 learned --apply
on_nic "the host stays:"

lines_for eth0 >$interfaces
echo '    offload-lro off' >>$interfaces
forget_all
check "the host boots, with the other lines" if_all ifup
on_nic "the host comes up:"
must ip -batch - <<-END
	link add v0 type veth peer name eth0 netns ${prefix}v0
END
must ip -n "${prefix}v0" address add 192.0.2.50/24 dev eth0
must ip -n "${prefix}v0" link set eth0 up
check "a guest is attached" vifmap attach v0 pdev eth0
check "the guest reaches the host" wait_until answers v0
check "it reaches the wire" wait_until at v0 ping -c 1 -W 5 192.0.2.1
finish
