# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-guest.sh - the demo's QEMU guests. Their console is a pair of pipes:
# guest-init runs each line that comes in, and says "@done STATUS" after it.

declare -A guest_pid guest_in guest_out

# Without KVM a clock is hard to measure on a busy machine, and patching code
# that runs is dear; the rest leaves out what no guest here needs. The clock
# of an emulated guest is that of the machine it runs on.
guest_parameters()
{
	local khz

	khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo)
	echo "console=ttyS0 quiet loglevel=3 panic=-1 NAME=$1" \
		"tsc=reliable tsc_early_khz=$khz lpj=4000000 no_timer_check" \
		"noreplace-smp mitigations=off random.trust_cpu=on" \
		"cryptomgr.notests lsm=capability audit=0"
}

# NAME TAP MAC
guest_start()
{
	local name=$1 tap=$2 mac=$3 pipe=$tmp/$1 in out

	mkfifo "$pipe.in" "$pipe.out"
	# Both ways, so that neither open waits for the other end
	exec {in}<>"$pipe.in" {out}<>"$pipe.out"
	guest_in[$name]=$in guest_out[$name]=$out
	qemu-system-x86_64 -M microvm -accel tcg -smp 1 -m 160 \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$image/vmlinux" -initrd "$image/guest" \
		-append "$(guest_parameters "$name")" \
		-chardev stdio,id=console,signal=off -serial chardev:console \
		-netdev "tap,id=net,ifname=$tap,script=no,downscript=no" \
		-device "virtio-net-device,netdev=net,mac=$mac" \
		<"$pipe.in" >"$pipe.out" 2>"$pipe.errors" &
	guest_pid[$name]=$!
}

guest_alive()
{
	kill -0 "${guest_pid[$1]}" 2>/dev/null ||
		fail "$1 has ended: $(cat "$tmp/$1.errors")"
}

# Prints a guest's console up to the next "@done" and returns the status in
# there; says every few seconds that it is still waiting.
guest_read()
{
	local name=$1 end=$((SECONDS + $2)) line part=''

	while [ $SECONDS -lt $end ]; do
		if ! IFS= read -r -t 3 -u "${guest_out[$name]}" line; then
			part+=$line
			guest_alive "$name"
			echo "    ($name: $((end - SECONDS)) s left)" >&2
			continue
		fi
		line=$part${line%$'\r'} part=''
		case $line in
		'@done '*) return "${line#@done }" ;;
		*) echo "$line" ;;
		esac
	done
	echo "$name does not answer"
	return 1
}

guest_run()
{
	local name=$1

	shift
	guest_alive "$name"
	echo "$*" >&"${guest_in[$name]}"
	guest_read "$name" 60
}

# Until the guest has booted and has an address
guest_wait()
{
	local name=$1 output

	output=$(guest_read "$name" 240) || fail "$name: $output"
	sed "s/^/$name| /" <<<"$output"
	address[$name]=$(sed -n 's/^@address //p' <<<"$output")
}
