#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: libvirt-daemon-system libvirt-clients qemu-system-x86 ipxe-qemu python3 make nftables
# Roots: bookworm trixie
# Options: -n e1000
# Timeout: 1800
#
# A host whose guests are on a bridge becomes one with vifmap, by the steps in
# README.md, whose commands are taken from there: the guest that runs stays on
# the network, and is on it by its XML when it is started again.
#
#     guest ------- vnetN
#                     |
#   host  libvirtd   br0, later vifmap0
#                     |
#                    eth0 ==== wire0   wire; two NICs, joined by their cables

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-libvirtd.sh
. "${0%/*}/lib-libvirtd.sh"
# shellcheck source=lib-readme.sh
. "${0%/*}/lib-readme.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it installs things"
need_commands libvirtd virsh qemu-system-x86_64 make jq nft
patience=$((patience * 6))
# Not guest, which is what a loop in README.md calls each of them
mac_of_guest=52:54:00:00:00:11

# What README.md asks of programs that are not here: the module is loaded, and
# there is neither systemd nor a machine that could be switched off.
modprobe() { [ "$1" = vifmap ] || command modprobe "$@"; }

systemctl()
{
	case $* in
	'restart libvirtd') restart_libvirtd ;;
	'stop systemd-networkd.socket systemd-networkd') ;;
	*) return 1 ;;
	esac
}

shutdown() { [ "$*" = '-r +10' ]; }

# shellcheck disable=SC2015,SC2317 # called when the test ends
end_libvirt()
{
	[ "$failures" -eq 0 ] && [ "$finished" = y ] ||
		tail -n 20 "$tmp"/libvirtd.* | sed 's/^/# /'
	virsh -q destroy guest >/dev/null 2>&1
}

at_end+=(end_libvirt)

# interface MAC BRIDGE [LINE]
interface()
{
	cat <<-END
	<interface type='bridge'>
	  <mac address='$1'/>
	  <source bridge='$2'/>
	  ${3-}
	  <model type='virtio'/>
	</interface>
	END
}

# domain NAME [INTERFACE]...: it has nothing but its NIC to boot from, and asks
# there with each reset.
domain()
{
	cat <<-END
	<domain type='qemu'>
	  <name>$1</name>
	  <memory unit='MiB'>128</memory>
	  <os>
	    <type arch='x86_64' machine='pc'>hvm</type>
	    <boot dev='network'/>
	  </os>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='usb' model='none'/>
	    <memballoon model='none'/>
	    ${*:2}
	  </devices>
	</domain>
	END
}

define() { domain "$@" >"$tmp/$1.xml" && virsh -q define "$tmp/$1.xml"; }

# What a guest is by its XML when it is started next
next_start() { virsh dumpxml --inactive "$1"; }

# says GUEST PATTERN...: how many lines of that have each of them
says()
{
	local pattern

	for pattern in "${@:2}"; do
		next_start "$1" | grep -c "$pattern"
	done | xargs
}

learned() { bridge fdb show br br0 | grep -q "^$mac_of_guest dev vnet0"; }
entry() { vifmap -j mac show | jq -r '.[] | select(.addr == "'$mac_of_guest'") | .vif'; }
entry_of_the_only_one() { [ -n "$(entry)" ] && [ "$(entry)" = "$(attached)" ]; }
attached() { ip -o link show master vifmap0 | cut -d: -f2 | xargs; }
refused_frames() { vifmap -j stats vnet0 | jq "[.[].ends[].dropped.spoofed] | add"; }

# Its requests reach the wire.
boots_over_network()
{
	: >"$tmp/seen"
	background wire tcpdump -l -n -i wire0 ether src "$mac_of_guest" and udp port 67 \
		>"$tmp/seen" 2>"$tmp/tcpdump"
	wait_until has_line 'listening' "$tmp/tcpdump" &&
		virsh -q reset guest &&
		wait_until has_line BOOTP "$tmp/seen"
}

answers() { at wire ping -c 1 -W 5 192.0.2.10; }

# step NUMBER
step() { follow 'From a bridge' "$1"; }

# --- a host with a bridge ---

take_nics e1000
new_netns wire
must ip link set wire0 netns "${prefix}wire"
must ip -batch - <<-END
	link set lo up
	link set eth0 up
	link add br0 type bridge
	link set eth0 master br0
	link set br0 up
	addr add 192.0.2.10/24 dev br0
END
must ip -n "${prefix}wire" -batch - <<-END
	addr add 192.0.2.1/24 dev wire0
	link set wire0 up
END
wait_for_nics
configure_libvirt none
check "libvirtd runs" start_libvirtd
must define guest "$(interface $mac_of_guest br0)"
must define other \
	"$(interface 52:54:00:00:00:12 br0 "<port isolated='yes'/>")" \
	"$(interface 52:54:00:00:00:13 br1 "<port isolated='yes'/>")" \
	"$(interface 52:54:00:00:00:14 br0 "<filterref filter='clean-traffic'>
		<parameter name='IP' value='192.0.2.50'/></filterref>")"
before=$(next_start guest; next_start other)
check "a guest is on the bridge" virsh -q start guest
check "which learns its address" wait_until learned

# --- the change ---

install_vifmap
check "step 1" step 1
check "doctor says what is in the way" \
	has_line '^eth0: br0 takes its frames: ' "$tmp/readme"
check "import-bridge says what would be done" \
	has_line "mac add $mac_of_guest vif vnet0" "$tmp/readme"
check "the bridge is still there" learned
check "step 2: libvirtd finds its hook" step 2
check "step 3" step 3
check "no bridge is left" test -z "$(ip -o link show type bridge)"
check "the host is reached by its address, on the NIC" answers
is "the guest is attached" "$(attached)" vnet0
is "its address leads to it" "$(entry)" vnet0
check "it is on the network" boots_over_network
is "nothing of it was refused" "$(refused_frames)" 0
check "libvirt starts anew" restart_libvirtd
is "the guest stays attached" "$(attached) $(entry)" "vnet0 vnet0"
check "it is still on the network" boots_over_network

check "it is saved" virsh -q managedsave guest
is "nothing of it is left" "$(attached)$(entry)" ""
check "step 5" step 5
is "its XML is changed" "$(says guest "type='bridge'" "type='ethernet'" \
	"script path='/usr/sbin/vifmap-ifup'")" "0 1 1"
is "and that of others, where it says br0" "$(says other "bridge='br0'" \
	"type='ethernet'" filterref "bridge='br1'" isolated)" "0 2 0 1 1"
check "and by hand what was saved" env EDITOR="sed -i \
	-e s/type=.bridge./type=\\\"ethernet\\\"/ \
	-e s,source\\ bridge=.br0.,script\\ path=\\\"/usr/sbin/vifmap-ifup\\\"," \
	virsh managedsave-edit guest
check "it goes on" virsh -q start guest
check "its address leads to it again" entry_of_the_only_one
check "it is on the network again" boots_over_network
check "it is stopped" virsh -q destroy guest
is "nothing of it is left" "$(attached)$(entry)" ""
check "it is started again" virsh -q start guest
check "its address leads to it again" entry_of_the_only_one
check "it is on the network again" boots_over_network
is "by its own address only" "$(vifmap -j port show |
	jq -c '.[] | [.spoofcheck, .learn]')" '[true,0]'
is "step 6: doctor is content" "$(vifmap doctor)" "Nothing found that is wrong"

# --- and back, as far as libvirt's guests go ---

mapfile -d '' -t back < <(readme_commands 'Back to a bridge')
check "the old XML is there" eval "${back[0]}"
is "and is what it was" "$(next_start guest; next_start other)" "$before"
finish
