# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# links.sh - what can be asked of a device

# What must not change on a pdev whatever vifmap does
link_state()
{
	ip -d link show dev "$1" | sed -nE \
		'1s/.*(<[^>]*>).*( state [A-Z]+).*/\1\2/p;
		s/.*(promiscuity [0-9]+).*/\1/p'
	ip -o link show dev "$1" | sed -nE 's/.*link\/ether ([^ ]+).*/\1/p'
}

promiscuity()
{
	ip -d link show dev "$1" | sed -nE 's/.*promiscuity ([0-9]+).*/\1/p'
}

allmulti()
{
	ip -d link show dev "$1" | sed -nE 's/.*allmulti ([0-9]+).*/\1/p'
}

# port_state DEVICE: what only being a vif or a pdev changes of it
port_state()
{
	ip -d link show dev "$1" |
		grep -oE '(promiscuity|allmulti|master) [^ ]+'
}

# is_up DEVICE: up, with a carrier
is_up() { ip -o link show dev "$1" | grep -q '<.*LOWER_UP.*> .* state U'; }

# The operational state follows flags and carrier some time later, and with it
# the queue, which drops everything until then.
is_settled() { ip -o link show dev "$1" | grep -q ' state UP '; }

has_no_carrier() { ip -o link show dev "$1" | grep -q '<NO-CARRIER'; }

has_link() { ip link show dev "$1" >/dev/null 2>&1; }

has_no_link() { ! has_link "$1"; }

address_of() { ip -o link show dev "$1" | sed -E 's/.*ether ([^ ]*).*/\1/'; }

master_of()
{
	ip -o link show dev "$1" | sed -nE 's/.* master ([^ ]+).*/\1/p'
}

# active_link: the link of the bond eth0 that is in use
active_link()
{
	ip -d link show dev eth0 | sed -n 's/.*active_slave \([^ ]*\).*/\1/p'
}

is_active() { [ "$(active_link)" = "$1" ]; }

mtu_of() { ip -o link show dev "$1" | sed -E 's/.* mtu ([0-9]+) .*/\1/'; }
