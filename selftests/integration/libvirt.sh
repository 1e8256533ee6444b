#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: libvirt-daemon-system libvirt-clients qemu-system-x86 python3 make
# Roots: bookworm trixie
# Options: -m 3072
# Timeout: 1800
# Guest: virtio_pci virtio_net
#
# A guest of libvirt whose interface has vifmap-ifup as its script is reached by
# the address in its XML: when it is started, when a NIC is plugged in and out,
# when libvirt starts anew, when it is saved and restored, and when it migrates
# to another host, where its address is active no sooner than it runs there. A
# tap may also have been there before the guest.
#
#     guest ------- vnetN          vnetN ------- guest
#                     |              |
#   host  libvirtd   eth0           eth0   libvirtd  host2
#                     |              |
#                   wire0 -- br0 -- wire1   wire

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-libvirt.sh
. "${0%/*}/lib-libvirt.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine, and it installs things"
need_commands libvirtd virsh qemu-system-x86_64 make jq
# A guest that is emulated by an emulated machine takes minutes to boot.
patience=$((patience * 6))
guest=10.44.0.11 plugged=10.44.1.11
first=52:54:00:00:00:11 second=52:54:00:00:00:12 third=52:54:00:00:00:13
uuid=11111111-2222-4333-8444-555555555555
files=${VIFMAP_GUEST:?}
# Processes that hold what a host of libvirt has for itself
declare -A holder=() libvirtd=()

# --- two hosts on one wire ---

make_hosts()
{
	new_netns wire
	new_netns host2
	must ip -n "${prefix}wire" -batch - <<-END
		link add br0 type bridge
		addr add 10.44.0.1/24 dev br0
		addr add 10.44.1.1/24 dev br0
		link set br0 up
	END
	plug_host host wire0 2
	plug_host host2 wire1 3
}

# plug_host PLACE WIRE NUMBER
plug_host()
{
	must ip -n "${prefix}wire" link add "$2" mtu 1600 type veth \
		peer name eth0 mtu 1600 netns "$prefix$1"
	must ip -n "${prefix}wire" -batch - <<-END
		link set $2 master br0
		link set $2 up
	END
	must ip -n "$prefix$1" -batch - <<-END
		link set lo up
		addr add 10.44.0.$3/24 dev eth0
		link set eth0 up
		link add link eth0 name vifmap0 type vifmap
		link set vifmap0 up
	END
}

configure_libvirt()
{
	local dir=$1 number=$2

	cp -r /etc/libvirt "$dir/etc"
	{
		libvirtd_settings "$dir/log/libvirtd.log"
		cat <<-END
		listen_tls = 0
		listen_tcp = 1
		auth_tcp = "none"
		host_uuid = "0000000$number-1111-4222-8333-444444444444"
		END
	} >"$dir/etc/libvirtd.conf"
	{
		qemu_settings none
		echo "migration_host = \"10.44.0.$number\""
	} >"$dir/etc/qemu.conf"
}

# Each host has a name, files and devices of its own. What libvirt finds out
# about QEMU takes a while, and is the same on both.
make_libvirt_host()
{
	local place=$1 dir=$tmp/$1

	mkdir -p "$dir"/{run,lib,log} "$tmp/cache"
	configure_libvirt "$dir" "$2"
	# shellcheck disable=SC2016 # the words come after it
	nsenter --net="/run/netns/$prefix$place" \
		unshare --mount --uts bash -c 'set -e
		hostname "$1"
		mount -t sysfs sysfs /sys
		mount --bind "$2/run" /run
		mount --bind "$2/lib" /var/lib/libvirt
		mount --bind "$2/log" /var/log/libvirt
		mount --bind "$2/etc" /etc/libvirt
		mount --bind "$3" /var/cache/libvirt
		echo ready
		exec sleep infinity' - "$place" "$dir" "$tmp/cache" \
		>"$dir/ready" &
	holder[$place]=$!
	pids+=($!)
	must wait_until has_line ready "$dir/ready"
}

virsh_at()
{
	nsenter --target "${holder[$1]}" --mount --uts --net \
		virsh -q -c qemu:///system "${@:2}"
}

start_libvirtd()
{
	nsenter --target "${holder[$1]}" --mount --uts --net \
		libvirtd --listen >"$tmp/$1/libvirtd.out" 2>&1 &
	libvirtd[$1]=$!
	pids+=($!)
	wait_until virsh_at "$1" list
}

# Some give up waiting for their own threads after half a minute and end with
# status 1. That is an end, a crash is none.
stop_libvirtd()
{
	kill "${libvirtd[$1]}"
	wait "${libvirtd[$1]}"
	[ $? -le 1 ]
}

show_logs()
{
	tail -n 20 "$tmp/$1/log/libvirtd.log" "$tmp/$1/log/qemu/"*.log \
		"$tmp/console" | sed 's/^/# /'
}

# shellcheck disable=SC2015,SC2317 # called when the test ends
end_libvirt()
{
	local place

	for place in "${!libvirtd[@]}"; do
		[ "$failures" -eq 0 ] && [ "$finished" = y ] || show_logs "$place"
		virsh_at "$place" destroy guest >/dev/null 2>&1
	done
}

at_end+=(end_libvirt)

# --- the guest ---

# interface MAC [ELEMENTS]
interface()
{
	cat <<-END
	<interface type='ethernet'>
	  <mac address='$1'/>
	  ${2-"<script path='/usr/sbin/vifmap-ifup'/>"}
	  <model type='virtio'/>
	  <rom enabled='no'/>
	</interface>
	END
}

# See the demo's guests: a guest cannot find out how fast its clock runs.
parameters()
{
	local khz

	khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo)
	echo console=ttyS0 quiet panic=-1 NUMBER=11 "tsc_early_khz=$khz" \
		tsc=reliable lpj=4000000 no_timer_check noreplace-smp \
		mitigations=off rodata=off lsm=capability audit=0 \
		cryptomgr.notests random.trust_cpu=on
}

# domain NAME UUID INTERFACE
domain()
{
	cat <<-END
	<domain type='qemu'>
	  <name>$1</name>
	  <uuid>$2</uuid>
	  <memory unit='MiB'>192</memory>
	  <vcpu>1</vcpu>
	  <os>
	    <type arch='x86_64' machine='pc'>hvm</type>
	    <kernel>$files/vmlinux</kernel>
	    <initrd>$files/initrd</initrd>
	    <cmdline>$(parameters)</cmdline>
	  </os>
	  <features><acpi/><apic/></features>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='usb' model='none'/>
	    <memballoon model='none'/>
	    <serial type='file'><source path='$tmp/console'/></serial>
	    $3
	  </devices>
	</domain>
	END
}

# --- what is seen ---

# entry_of PLACE MAC: "active" or "inactive", and what its vif does
entry_of()
{
	local vif

	at "$1" vifmap -j mac show | jq -r '.[] | select(.addr == "'"$2"'") |
		.vif + (if .active then " active" else " inactive" end)' |
		while read -r vif state; do
		echo "$state $(at "$1" vifmap port show "$vif" |
			grep -oE '(spoofcheck|learn) [^ ]+' | paste -s -d ' ')"
	done
}


# What needs the guest waits until libvirt has found it again, or has ended it.
still_runs() { virsh_at host qemu-monitor-command guest --hmp info status; }

good='active spoofcheck on learn 0'
entry_is() { [ "$(entry_of "$1" "$2")" = "$3" ]; }
no_port() { ! vifmap port show "$1"; }
no_ports() { [ -z "$(at "$1" vifmap port show)" ]; }
answers() { at "$1" ping -c 1 -W 2 "$2"; }
is_state() { [ "$(virsh_at "$1" domstate guest)" = "$2" ]; }

# migrate [OPTION]: slowly, in the background
migrate()
{
	virsh_at host migrate --p2p --bandwidth 1 "$@" guest \
		qemu+tcp://10.44.0.3/system >"$tmp/migration" 2>&1 &
	migration=$!
}

# Before version 9.0 QEMU loses some of what an emulated processor writes while
# its memory is copied (its commit 03bfc2188f06 mends that): there the guest is
# not to run meanwhile.
set_live()
{
	local version

	version=$(qemu-system-x86_64 --version |
		sed -n '1s/.* version \([0-9]*\)\..*/\1/p')
	live=(--live)
	[ "${version:?}" -ge 9 ] || live=()
}

# handed_over PLACE MAC: what happened to the entry last; alerts are not meant
handed_over()
{
	local events

	events=$(jq -r 'select(.addr == "'"$2"'" and .event != "alert") |
		.event + " " + (.active | tostring)' "$tmp/events-$1" |
		tail -n 2 | paste -s -d ,)
	[ "$events" = "mac-add false,mac-change true" ]
}

# --- to work ---

install_vifmap
printf '%s\n' 'dmz-* eth0 isolated on' '* eth0' >/etc/vifmap/qemu.conf
make_hosts
make_libvirt_host host 2
make_libvirt_host host2 3
check "libvirtd runs" start_libvirtd host
echo "# $(virsh_at host version | paste -s -d ' ')"

domain guest $uuid "$(interface $first)" >"$tmp/guest.xml"
check "a guest is started" virsh_at host create "$tmp/guest.xml"
is "its address leads to its tap, and nothing is learned" \
	"$(entry_of host $first)" "$good"
is "its tap has the MTU of the pdev" "$(mtu_of vnet0)" 1600
domain double 99999999-2222-4333-8444-555555555555 "$(interface $first)" \
	>"$tmp/double.xml"
virsh_at host create "$tmp/double.xml" 2>"$tmp/double"
is "another with the same address is not: status" $? 1
check "libvirt says why" grep -q "double: .*vnet0" "$tmp/double"
is "and only the first is attached" "$(vifmap port show | wc -l)" 1
must ip tuntap add dev own mode tap
must vifmap attach own pdev eth0
domain other 88888888-2222-4333-8444-555555555555 "$(interface $third \
	"<target dev='own' managed='no'/>")" >"$tmp/other.xml"
check "a guest with a tap that was there before is started" \
	virsh_at host create --paused "$tmp/other.xml"
is "its address leads to that" "$(vifmap mac show vif own | sed 's/ .*//')" \
	$third
check "it is stopped" virsh_at host destroy other
check "its tap stays where it is" grep -q 'pdev eth0' <(vifmap port show own)
is "and leads to nobody" "$(vifmap mac show vif own)" ""
must vifmap detach own
domain other 88888888-2222-4333-8444-555555555555 "$(interface $third \
	"<target dev='own' managed='no'/>
	<script path='/usr/sbin/vifmap-ifup'/>
	<downscript path='/usr/sbin/vifmap-ifdown'/>")" >"$tmp/other.xml"
check "a guest whose script attaches it is started" \
	virsh_at host create --paused "$tmp/other.xml"
is "its address leads to it" "$(vifmap mac show vif own | sed 's/ .*//')" $third
check "it is stopped" virsh_at host destroy other
check "its downscript has detached it" wait_until no_port own
check "and it is there" has_link own

check "the guest boots, and answers the wire" wait_until answers wire $guest
check "and its host" answers host $guest

interface $second "<target dev='dmz-1'/><mtu size='1400'/>
	<script path='/usr/sbin/vifmap-ifup'/>" >"$tmp/nic.xml"
check "a NIC is plugged in" virsh_at host attach-device guest "$tmp/nic.xml"
check "its address is found" wait_until entry_is host $second "$good"
is "its tap has the name in its XML, and what qemu.conf says of that" \
	"$(vifmap -j port show dmz-1 | jq '.[].isolated')" true
is "and the MTU in its XML" "$(mtu_of dmz-1)" 1400
check "and answers" wait_until answers wire $plugged
check "it is unplugged" virsh_at host detach-device guest "$tmp/nic.xml"
check "and its address gone" wait_until entry_is host $second ""
check "the other one answers" answers wire $guest

must stop_libvirtd host
must vifmap attach own pdev eth0
must vifmap mac set $first vif own
check "libvirtd starts anew, and another vif has the address" \
	start_libvirtd host
check "the guest goes on all the same" still_runs
is "and the other vif has the address" \
	"$(vifmap mac show vif own | sed 's/ .*//')" $first
must vifmap detach own
must stop_libvirtd host
check "libvirtd starts anew" start_libvirtd host
check "what was missing is there again" wait_until entry_is host $first "$good"
check "the guest has gone on" wait_until answers wire $guest

check "the guest is saved" virsh_at host save guest "$tmp/saved"
check "nothing is left of it" no_ports host
check "and restored" virsh_at host restore "$tmp/saved"
is "its address is there" "$(entry_of host $first)" "$good"
check "and answers" wait_until answers wire $guest

check "another host has a libvirtd, too" start_libvirtd host2
background host2 vifmap -j monitor >"$tmp/events-host2"
migrate --live
check "while the guest migrates, its address waits there" \
	wait_until entry_is host2 $first "in$good"
check "it runs here" is_state host running
check "and is reached here" wait_until answers wire $guest
is "it still waits" "$(entry_of host2 $first)" "in$good"
check "the migration is given up" virsh_at host domjobabort guest
wait $migration
is "it has failed: status" $? 1
check "nothing is left there" wait_until no_ports host2
is "the guest's address is active here" "$(entry_of host $first)" "$good"
check "and answers" wait_until answers wire $guest

set_live
migrate "${live[@]}"
check "it migrates once more, and its address waits there" \
	wait_until entry_is host2 $first "in$good"
check "now it may be fast" virsh_at host migrate-setspeed guest 1000
wait $migration
result $? "it has migrated" "$(<"$tmp/migration")"
check "its address is active there" wait_until entry_is host2 $first "$good"
check "nothing is left here" wait_until no_ports host
check "it answers the wire" wait_until answers wire $guest
check "and the host it came from" wait_until answers host $guest
check "it was made active, and remained so" wait_until handed_over host2 \
	$first
check "the guest is stopped" virsh_at host2 destroy guest
check "nothing is left of it" wait_until no_ports host2
finish
