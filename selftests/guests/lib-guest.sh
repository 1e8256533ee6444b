# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-guest.sh - a guest of QEMU that boots from a server on the wire, and its
# console; sourced by the tests beside it, after lib.sh
#
#     guest ---- tap0          wire0   DHCP, TFTP
#     (QEMU)       |             |
#     host       eth0 ---------- +     wire

: "${tmp:?}" "${here:?}" "${patience:?}"
wire_address=10.44.0.1 host_address=10.44.0.2 guest_address=10.44.0.50
guest_mac=52:54:00:44:00:50
files=${VIFMAP_GUEST:?}
scripts=$here/../tools/integration/qemu
# shellcheck disable=SC2034 # for the tests
# What a guest that an emulated machine emulates may take, in seconds
boot_time=600 command_time=120
guest_pid=''
# What the guest has written last
answer=''

# shellcheck source=../vm/lib-console.sh
. "$here/vm/lib-console.sh"

[ -d /run/vifmap-vm ] || skip "not in a test machine"
need_commands qemu-system-x86_64 dnsmasq jq

# --- the host and its wire ---

# connect: eth0 and wire0 are here; wire0 goes where it belongs. A NIC drops
# what is for other groups without a word, unless it is promiscuous.
connect()
{
	new_netns wire
	no_ipv6 wire
	no_ipv6 host
	must ip link set wire0 netns "${prefix:?}wire"
	must ip -n "${prefix}wire" -batch - <<-END
		link set lo up
		addr add $wire_address/24 dev wire0
		link set wire0 promisc on up
	END
	must ip -batch - <<-END
		link set lo up
		addr add $host_address/24 dev eth0
		link set eth0 up
		link add link eth0 name vifmap0 type vifmap
		link set vifmap0 up
	END
}

# What iPXE does once it has an address. Parameters are the kernel's.
write_boot_script()
{
	cat >"$tmp/tftp/boot.ipxe" <<-END
	#!ipxe
	ifstat
	kernel vmlinuz $*
	END
	[ ! -e "$tmp/tftp/initrd" ] || echo initrd initrd >>"$tmp/tftp/boot.ipxe"
	printf '%s\n' ifstat boot >>"$tmp/tftp/boot.ipxe"
}

# A guest cannot find out how fast its clock runs: see the demo's.
kernel_parameters()
{
	local khz

	khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo)
	echo console=ttyS0 panic=-1 ip=dhcp "tsc_early_khz=$khz" \
		tsc=reliable lpj=4000000
}

serve() { background wire "$@" >"$tmp/${1##*/}.log" 2>&1; }
listens() { [ -n "$(at wire ss -Hln "$1" "sport = $2")" ]; }

# serve_boot FILE...: of those in $files, to the guest
serve_boot()
{
	mkdir "$tmp/tftp"
	must cp "${@/#/$files/}" "$tmp/tftp/"
	serve dnsmasq --conf-file=/dev/null --keep-in-foreground --user=root \
		--port=0 --interface=wire0 --no-ping --dhcp-authoritative \
		--dhcp-range=$wire_address,static \
		--dhcp-host=$guest_mac,$guest_address --dhcp-boot=boot.ipxe \
		--enable-tftp --tftp-root="$tmp/tftp" --log-dhcp \
		--log-facility=- --dhcp-leasefile="$tmp/leases" \
		--pid-file="$tmp/dnsmasq.pid"
	must wait_until listens -u 67
	must wait_until listens -u 69
}

# --- the guest ---

# start_guest NIC: a device of QEMU's, with its own option ROM, and no disk
start_guest()
{
	console_start guest "$tmp/guest" \
		qemu-system-x86_64 -M pc,graphics=off -accel tcg -m 96 \
		-nodefaults -no-user-config -display none -no-reboot \
		-chardev "stdio,id=console,signal=off,logfile=$tmp/console" \
		-serial chardev:console -boot order=n -netdev "$(printf '%s,' \
			tap id=net ifname=tap0 "script=$scripts/vifmap-ifup" \
			"downscript=$scripts/vifmap-ifdown" | sed 's/,$//')" \
		-device "$1,netdev=net,mac=$guest_mac"
	guest_pid=${console_pid[guest]}
	pids+=("$guest_pid")
}

# guest_answers SECONDS: all up to the next @done is the answer; its status
guest_answers() { answer=$(console_read guest $(($1 * patience))); }

# guest COMMAND: what the shell in there makes of it
guest()
{
	console_say guest "$*"
	guest_answers $command_time
}

# guest_check NAME COMMAND
guest_check()
{
	guest "$2"
	result $? "$1" "in the guest: $2" "$answer"
}

guest_is()
{
	guest "$2"
	is "$1" "$answer" "$3"
}

stop_guest()
{
	console_say guest reboot -f
	wait "$guest_pid"
}

show_file()
{
	echo "# --- ${1##*/}:"
	sed 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/\r//g; s/^/# /' "$1"
}

# shellcheck disable=SC2317 # called when the test ends
show_guest()
{
	local file

	# One that stands still would not end, either.
	[ -z "$guest_pid" ] || kill -CONT "$guest_pid" 2>/dev/null
	[ "${failures:?}" -gt 0 ] || [ "${finished:?}" = n ] || return 0
	for file in "$tmp"/{console,guest.errors,*.log}; do
		[ ! -e "$file" ] || show_file "$file"
	done
	vifmap show | sed 's/^/# /'
}

at_end+=(show_guest)
