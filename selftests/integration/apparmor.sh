#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: libvirt-daemon-system libvirt-clients qemu-system-x86 python3 make apparmor
# Roots: bookworm trixie
# Options: -a apparmor=1
# Timeout: 1800
#
# Where AppArmor confines libvirtd, as it is on Debian, the hook and the scripts
# do their work all the same. What it does not allow does not cost a guest that
# runs its life.
#
#     guest ------- vnetN
#                     |
#   host  libvirtd   eth0 (vifmap0)

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-libvirtd.sh
. "${0%/*}/lib-libvirtd.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it installs things"
grep -qsx Y /sys/module/apparmor/parameters/enabled || skip "no AppArmor"
need_commands apparmor_parser libvirtd virsh qemu-system-x86_64 make
patience=$((patience * 6))
first=52:54:00:00:00:11 second=52:54:00:00:00:12

load_profiles()
{
	mount -t securityfs securityfs /sys/kernel/security &&
		apparmor_parser -r /etc/apparmor.d/usr.sbin.libvirtd \
			/etc/apparmor.d/usr.lib.libvirt.virt-aa-helper
}

# shellcheck disable=SC2015,SC2317 # called when the test ends
end_libvirt()
{
	[ "$failures" -eq 0 ] && [ "$finished" = y ] ||
		tail -n 20 "$tmp"/libvirtd.* /var/log/libvirt/qemu/guest.log |
		sed 's/^/# /'
	virsh -q destroy guest >/dev/null 2>&1
}

at_end+=(end_libvirt)

# note_label PROGRAM: each start of it notes whether it is confined
note_label()
{
	must mv "/usr/sbin/$1" "/usr/sbin/$1.real"
	cat >"$tmp/wrapper" <<-END
	#!/bin/sh
	read -r label </proc/self/attr/current
	echo "$1 \$label" >>$tmp/labels
	exec /usr/sbin/$1.real "\$@"
	END
	must install "$tmp/wrapper" "/usr/sbin/$1"
}

# interface MAC [SCRIPT]
interface()
{
	cat <<-END
	<interface type='ethernet'>
	  <mac address='$1'/>
	  <script path='${2-/usr/sbin/vifmap-ifup}'/>
	  <model type='virtio'/>
	  <rom enabled='no'/>
	</interface>
	END
}

# domain INTERFACE: one that has nothing to boot
domain()
{
	cat <<-END
	<domain type='qemu'>
	  <name>guest</name>
	  <memory unit='MiB'>64</memory>
	  <vcpu>1</vcpu>
	  <os><type arch='x86_64' machine='pc'>hvm</type></os>
	  <features><acpi/></features>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='usb' model='none'/>
	    <memballoon model='none'/>
	    $1
	  </devices>
	</domain>
	END
}

is_known() { vifmap mac show "$1" | grep -q ' active '; }
no_ports() { ports=$(vifmap port show) && [ -z "$ports" ]; }
is_confined() { grep -q "^$1 (enforce)" "/proc/$2/attr/current"; }
denied() { dmesg | grep 'apparmor="DENIED"'; }
still_runs() { virsh -q qemu-monitor-command guest --hmp info status; }

# Each refusal is seen, however many there are.
must tee /proc/sys/kernel/printk_ratelimit <<<0
build
must ip link add link eth0 name vifmap0 type vifmap
must ip link set vifmap0 up
install_vifmap
note_label vifmap-libvirt
note_label vifmap-ifup
configure_libvirt apparmor
check "libvirt's own profiles are loaded" load_profiles
check "libvirtd runs" start_libvirtd
check "and is confined" is_confined libvirtd "$libvirtd"

domain "$(interface $first)" >"$tmp/guest.xml"
check "a guest is started" virsh -q create "$tmp/guest.xml"
check "and is confined" is_confined 'libvirt-[-0-9a-f]*' \
	"$(pgrep -f 'qemu.*guest=guest')"
check "its address leads to it" is_known $first
interface $second >"$tmp/nic.xml"
check "a NIC is plugged in" virsh -q attach-device guest "$tmp/nic.xml"
check "its address is found" wait_until is_known $second
check "libvirtd starts anew" restart_libvirtd
check "the guest has gone on" still_runs
check "it is stopped" virsh -q destroy guest
check "nothing is left of it" wait_until no_ports
is "all of that unconfined" "$(sort -u "$tmp/labels" | paste -s -d ,)" \
	'vifmap-ifup unconfined,vifmap-libvirt unconfined'
is "nothing of ours was denied" "$(denied | grep vifmap)" ""
denied | sed 's/^/# of others: /'

must cp /usr/sbin/vifmap-ifup /usr/local/sbin/vifmap-ifup
domain "$(interface $first /usr/local/sbin/vifmap-ifup)" >"$tmp/local.xml"
virsh -q create "$tmp/local.xml" 2>"$tmp/local"
is "a script elsewhere is not allowed: status" $? 1
check "which is AppArmor's doing" grep -q '/usr/local/sbin/vifmap-ifup' \
	<(denied)
check "the guest is started once more" virsh -q create "$tmp/guest.xml"
must mv /usr/sbin/vifmap-libvirt /usr/local/sbin/vifmap-libvirt
check "libvirtd starts anew, and the hook may do nothing" restart_libvirtd
check "the guest has gone on" still_runs
check "it is stopped" virsh -q destroy guest
virsh -q create "$tmp/guest.xml" 2>"$tmp/forbidden"
is "it is not started without its address: status" $? 1
check "libvirt says why" grep -q 'vifmap-libvirt: .*denied' "$tmp/forbidden"
domain '' >"$tmp/guest.xml"
check "a guest that has no NIC is" virsh -q create "$tmp/guest.xml"
finish
