#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The commands of the text for those who come from a bridge, macvtap or Open
# vSwitch do what it says, in the order in which they stand there; what vifmap
# took over is given back.
#
#   wire0 ---- eth0   host, 192.0.2.10
#    wire
#
# Words of the command line name other switches than those below. A test that
# sources this one may have a function start_switch for what they need.

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

text=$here/../Documentation/networking/vifmap-coming-from.rst

need_commands jq nft ethtool bridge tc
[ $# -gt 0 ] || set -- Bridge macvtap vifmap

# What stands there after "SWITCH::", alone or among others, with the titles
# between. The files and command lines of other programs are left out.
commands_of()
{
	awk -v switch="$1" '
		/^=+$/ && before {
			print "# " before
			if (before == "At boot")
				off = 1
			if (before == "Containers")
				off = 0
		}
		{ before = $0 }
		/^[^\t]/ { block = /::$/ && index($0, switch) == 1 ||
			/^Bridge, .*::$/ && index($0, switch) }
		block && !off && /^\t/ { print substr($0, 2) }
	' "$text"
}

# Until Linux 6.13 nf_tables is wrongly accused of reading a list without a lock
# when a rule has a set, on a kernel that looks for that.
without_sets()
{
	if grep -qw lockdep_rcu_suspicious /proc/kallsyms; then
		sed 's/{ 0\.0\.0\.0, \(.*\) }/\1/'
	else
		cat
	fi
}

# run_command SWITCH COMMAND
run_command()
{
	local output

	output=$(bash -c "$(without_sets <<<"$2")" 2>&1)
	result $? "$1: $2" "$output"
}

has_address() { ip -4 -o address show dev "$1" | grep -q 'inet 192.0.2.10/24'; }

# /sys is that of another namespace.
exists() { ip link show dev "$1" >/dev/null 2>&1; }

none_of()
{
	local dev

	for dev; do
		! exists "$dev" || return
	done
}

# What else holds after a section
after()
{
	case $1/$2 in
	Bridge/'Setting up')
		check "$1: the host's address has moved" has_address br0 ;;
	'Open vSwitch/Setting up')
		check "$1: the host's address has moved" has_address ovsbr0 ;;
	vifmap/'Setting up')
		check "$1: the host's address is where it was" \
			has_address eth0 ;;
	vifmap/'Attaching a guest')
		is "$1: the guest is mapped" \
			"$(vifmap -j mac show vif tap0 | jq -r '.[].addr')" \
			52:54:00:12:34:56 ;;
	vifmap/Addresses*)
		is "$1: as before" "$(vifmap -j mac show vif tap0 | jq length)" \
			1 ;;
	vifmap/VLANs)
		is "$1: the guest is in its VLAN, with tags" \
			"$(vifmap -j port show tap0 |
				jq -c '.[] | [.pdev, .trunk]')" \
			'["eth0.100",true]' ;;
	*/'Taking it away')
		check "$1: the host's address is on the NIC" has_address eth0
		check "$1: it is gone" none_of vifmap0 br0 macvtap0 ovsbr0 ;;
	esac
}

remove_web() { ip netns del web 2>/dev/null; }

clean()
{
	local dev

	remove_web
	for dev in tap0 br100 host0 eth0.100; do
		! exists $dev || must ip link del $dev
	done
	! nft list table netdev guests >/dev/null 2>&1 ||
		must nft delete table netdev guests
	must ip route flush default
}

build
! declare -F start_switch >/dev/null || start_switch
at_end+=(remove_web)
must ip address add 192.0.2.10/24 dev eth0
for switch; do
	section=none count=0
	while read -r line; do
		if [[ $line = '# '* ]]; then
			after "$switch" "$section"
			section=${line#\# }
			continue
		fi
		count=$((count + 1))
		run_command "$switch" "$line"
	done < <(commands_of "$switch")
	after "$switch" "$section"
	check "$switch: commands were found" test $count -gt 5
	clean
done
finish
