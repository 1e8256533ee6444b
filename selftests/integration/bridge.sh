#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: libvirt-daemon-system libvirt-clients qemu-system-x86 ipxe-qemu python3 make
# Roots: bookworm trixie
# Timeout: 1800
#
# A host whose guests are on a bridge becomes one with vifmap, by the commands in
# README.md: the guest that runs stays on the network, and is on it by its XML
# when it is started again.
#
#     guest ------- vnetN
#                     |
#   host  libvirtd   br0, later vifmap0
#                     |
#                    eth0 ---- wire0   wire

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-libvirt.sh
. "${0%/*}/lib-libvirt.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it installs things"
need_commands libvirtd virsh qemu-system-x86_64 make jq
patience=$((patience * 6))
guest=52:54:00:00:00:11
libvirtd=

configure_libvirt()
{
	libvirtd_settings "$tmp/libvirtd.log" >>/etc/libvirt/libvirtd.conf
	qemu_settings >>/etc/libvirt/qemu.conf
}

# What it finds in /sys has to be that of the host's namespace.
start_libvirtd()
{
	unshare --mount bash -c 'mount -t sysfs sysfs /sys && exec libvirtd' \
		>"$tmp/libvirtd.out" 2>&1 &
	libvirtd=$!
	pids+=($!)
	wait_until virsh -q list
}

restart_libvirtd()
{
	kill "$libvirtd"
	wait "$libvirtd"
	start_libvirtd
}

# shellcheck disable=SC2015,SC2317 # called when the test ends
end_libvirt()
{
	[ "$failures" -eq 0 ] && [ "$finished" = y ] ||
		tail -n 20 "$tmp"/libvirtd.* | sed 's/^/# /'
	virsh -q destroy guest >/dev/null 2>&1
}

at_end+=(end_libvirt)

# It has nothing but its NIC to boot from, and asks there with each reset.
domain()
{
	cat <<-END
	<domain type='qemu'>
	  <name>guest</name>
	  <memory unit='MiB'>128</memory>
	  <os>
	    <type arch='x86_64' machine='pc'>hvm</type>
	    <boot dev='network'/>
	  </os>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='usb' model='none'/>
	    <memballoon model='none'/>
	    <interface type='bridge'>
	      <mac address='$guest'/>
	      <source bridge='br0'/>
	      <model type='virtio'/>
	    </interface>
	  </devices>
	</domain>
	END
}

edit_guest()
{
	EDITOR="sed -i -e s/type=\\'bridge\\'/type=\\'ethernet\\'/ -e s,source\\ bridge=\\'br0\\',script\\ path=\\'/usr/sbin/vifmap-ifup\\'," \
		virsh edit guest
}

learned() { bridge fdb show br br0 | grep -q "^$guest dev vnet0"; }
entry() { vifmap -j mac show | jq -r '.[] | select(.addr == "'$guest'") | .vif'; }
entry_of_the_only_one() { [ -n "$(entry)" ] && [ "$(entry)" = "$(attached)" ]; }
attached() { ip -o link show master vifmap0 | cut -d: -f2 | xargs; }
refused_frames() { vifmap -j stats vnet0 | jq "[.[].ends[].dropped.spoofed] | add"; }

# Its requests reach the wire.
boots_over_network()
{
	: >"$tmp/seen"
	background wire tcpdump -l -n -i wire0 ether src "$guest" and udp port 67 \
		>"$tmp/seen" 2>"$tmp/tcpdump"
	wait_until has_line 'listening' "$tmp/tcpdump" &&
		virsh -q reset guest &&
		wait_until has_line BOOTP "$tmp/seen"
}

answers() { at wire ping -c 1 -W 5 10.44.0.2; }

# --- a host with a bridge ---

new_netns wire
must ip -batch - <<-END
	link add eth0 type veth peer name wire0 netns ${prefix}wire
	link set lo up
	link set eth0 up
	link add br0 type bridge
	link set eth0 master br0
	link set br0 up
	addr add 10.44.0.2/24 dev br0
END
must ip -n "${prefix}wire" -batch - <<-END
	addr add 10.44.0.1/24 dev wire0
	link set wire0 up
END
configure_libvirt
check "libvirtd runs" start_libvirtd
domain >"$tmp/guest.xml"
must virsh define "$tmp/guest.xml"
check "a guest is on the bridge" virsh -q start guest
check "which learns its address" wait_until learned

# --- the change ---

install_vifmap
# That eth0 is the uplink has to be said of a veth only.
echo '* eth0' >/etc/vifmap/qemu.conf
check "libvirtd finds its hook" restart_libvirtd
check "what would be done" grep -q "mac add $guest vif vnet0" \
	<(vifmap import-bridge br0 uplink eth0 learned)
check "the bridge is still there" learned
must vifmap import-bridge br0 uplink eth0 learned --apply
check "no bridge is left" test -z "$(ip -o link show type bridge)"
check "the host is reached by its address, on the NIC" answers
is "the guest is attached" "$(attached)" vnet0
is "its address leads to it" "$(entry)" vnet0
check "it is on the network" boots_over_network
is "nothing of it was refused" "$(refused_frames)" 0
check "libvirt starts anew" restart_libvirtd
is "the guest stays attached" "$(attached) $(entry)" "vnet0 vnet0"
check "it is still on the network" boots_over_network

check "its XML is changed" edit_guest
check "as it should be" grep -q "script path='/usr/sbin/vifmap-ifup'" \
	<(virsh dumpxml guest --inactive)
check "it is stopped" virsh -q destroy guest
is "nothing of it is left" "$(attached)$(entry)" ""
check "it is started again" virsh -q start guest
check "its address leads to it again" entry_of_the_only_one
check "it is on the network again" boots_over_network
is "by its own address only" "$(vifmap -j port show |
	jq -c '.[] | [.spoofcheck, .learn]')" '[true,0]'
finish
