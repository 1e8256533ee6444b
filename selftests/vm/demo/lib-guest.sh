# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-guest.sh - the demo's QEMU guests. The console of each is a pair of
# pipes: guest-init runs every line that comes in, and says "@done STATUS"
# after it. Sourced after lib-step.sh, with $image and $tmp set.
: "${image:?}" "${tmp:?}"

declare -A guest_pid=() guest_in=() guest_out=()

# A guest that is emulated by an emulated machine is slow. It finds out by
# itself how fast its clock runs only when the machine is idle, so it is told:
# its clock is the machine's. Changing code that has run, as for a single
# processor, is dear. The rest is what such a guest can do without.
guest_parameters()
{
	local khz

	khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo)
	echo console=ttyS0 quiet loglevel=3 panic=-1 "NAME=$1" \
		"tsc_early_khz=$khz" tsc=reliable lpj=4000000 no_timer_check \
		noreplace-smp mitigations=off rodata=off lsm=capability \
		audit=0 cryptomgr.notests random.trust_cpu=on
}

# NAME TAP MAC
guest_start()
{
	local name=$1 tap=$2 mac=$3 pipe=$tmp/$1 in out

	mkfifo "$pipe.in" "$pipe.out"
	# Both ways, so that no open waits for the other end
	exec {in}<>"$pipe.in" {out}<>"$pipe.out"
	guest_in[$name]=$in
	guest_out[$name]=$out
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

guest_runs() { kill -0 "${guest_pid[$1]}" 2>/dev/null; }

# Prints a guest's console up to the next "@done", at most for so many
# seconds, and returns the status in there. Says on stderr that it is waiting.
guest_read()
{
	local name=$1 end=$((SECONDS + $2)) start=$SECONDS line part=''

	while [ $SECONDS -lt $end ]; do
		if ! IFS= read -r -t 5 -u "${guest_out[$name]}" line; then
			part+=$line
			guest_runs "$name" || break
			echo "    ... $name, $((SECONDS - start)) s" >&2
			continue
		fi
		line=$part${line%$'\r'}
		part=''
		case $line in
		'@done '*) return "${line#@done }" ;;
		*) echo "$line" ;;
		esac
	done
	echo "$part"
	echo "no answer from $name"
	cat "$tmp/$name.errors"
	return 1
}

# NAME COMMAND [ARG]...: words that need no quoting
guest_run()
{
	local name=$1

	shift
	echo "$*" >&"${guest_in[$name]}"
	guest_read "$name" 120
}

# Until the guest has booted and has an address
guest_wait()
{
	local name=$1 output status=0

	output=$(guest_read "$name" 400) || status=$?
	shown_at "$name" <<<"$output"
	[ "$status" -eq 0 ] || fail "$name has no address"
	# shellcheck disable=SC2034 # lib-step.sh reads it
	address["$name"]=$(sed -n 's/^@address //p' <<<"$output")
}

guests_stop()
{
	local name

	for name; do
		echo 'poweroff -f' >&"${guest_in[$name]}"
	done
	for name; do
		wait_for 120 eval "! guest_runs $name"
	done
}
