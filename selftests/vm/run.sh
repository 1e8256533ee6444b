#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - boot a kernel in QEMU and run one command in it, as root, on the
# host's own files. See README.md.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")

# What the kernel says when something is wrong that no exit status shows
splats='BUG:|kernel BUG at|WARNING:|Oops|KASAN:|UBSAN:|general protection fault'
splats+='|possible (recursive|circular|irq lock inversion)|inconsistent lock'
splats+='|suspicious RCU|DEBUG_LOCKS_WARN|scheduling while atomic'
splats+='|sleeping function called|refcount_t:|leaked reference'
splats+='|has [0-9]+/[0-9]+ users|reference already released'
splats+='|unregister_netdevice: waiting|kmemleak: [0-9]+ new suspected'
splats+='|BUG [a-z][^ ]* \(|ODEBUG:|trying to register non-static key'
splats+='|soft lockup|hard LOCKUP|rcu: INFO: rcu_.*stall'
splats+='|blocked for more than [0-9]+ seconds'

usage()
{
	cat <<-END
	usage: ${0##*/} [OPTION]... [--] COMMAND [ARG]...
	       ${0##*/} [OPTION]... --shell
	  -k VERSION  kernel (6.1; see fetch-kernel.sh), or a folder with one
	  -r ROOT     folder to boot as the root, in place of the host's; see
	              fetch-root.sh. This tree is visible in there.
	  -c CPUS     processors (2)
	  -m MIB      memory (2048)
	  -t SECONDS  the most that the whole run may take (600; a day for --shell)
	  -d DIR      working directory in the guest (the current one)
	  -o DIR      folder of the host that the guest may write to; repeatable
	  -e NAME     pass this environment variable; repeatable
	  -1          emulate all processors on one thread: slower, but they
	              cannot run code that another has half changed
	  -i          count instructions: one CPU, 1 ns of the guest's time each
	  -s          kernel splats are no failure
	  -l FILE     keep the kernel's log here
	  -n MODEL    a pair of NICs that QEMU knows by this name, joined back to
	              back; repeatable
	  -a ARG      one more kernel parameter; repeatable
	  -Q ARG      one more argument for QEMU; repeatable
	  --shell     an interactive shell instead of a command
	Status: the command's; 124 time-out, 125 the guest died, 126 splats.
	END
}

say() { echo "${0##*/}: $*" >&2; }
die() { say "$*"; exit 125; }

options()
{
	local option

	version=6.1 cpus=2 memory=2048 timeout='' workdir=$PWD shell=n
	icount=n threads=multi allow_splats=n log='' outs=() names=() extra=() append=()
	nics=() root=
	while getopts 'k:r:c:m:t:d:o:e:1isl:n:a:Q:h-:' option; do
		case $option in
		k) version=$OPTARG ;;
		r) root=$(realpath -e "$OPTARG") ;;
		c) cpus=$OPTARG ;;
		m) memory=$OPTARG ;;
		t) timeout=$OPTARG ;;
		d) workdir=$OPTARG ;;
		o) outs+=("$(realpath -e "$OPTARG")") ;;
		e) names+=("$OPTARG") ;;
		1) threads=single ;;
		i) icount=y cpus=1 ;;
		s) allow_splats=y ;;
		l) log=$(realpath "$OPTARG") ;;
		n) nics+=("$OPTARG") ;;
		a) append+=("$OPTARG") ;;
		Q) extra+=("$OPTARG") ;;
		h) usage; exit 0 ;;
		-) long_option "$OPTARG" ;;
		*) usage >&2; exit 125 ;;
		esac
	done
}

long_option()
{
	case $1 in
	shell) shell=y ;;
	help) usage; exit 0 ;;
	*) usage >&2; exit 125 ;;
	esac
}

# A /dev/kvm without the processor's support is known to hang at boot.
have_kvm()
{
	grep -qwE 'vmx|svm' /proc/cpuinfo && { : <>/dev/kvm; } 2>/dev/null
}

# Under TCG a busy host looks like a stuck CPU: only long stalls count.
kernel_parameters()
{
	echo console=ttyS0 quiet loglevel=5 panic=-1 oops=panic
	echo mitigations=off random.trust_cpu=on tsc=reliable no_timer_check
	echo nmi_watchdog=0 apparmor=0 printk.devkmsg=on cryptomgr.notests
	if [ "$accel" != kvm ]; then
		echo watchdog_thresh=60 workqueue.watchdog_thresh=240
		echo rcupdate.rcu_cpu_stall_timeout=240
		echo sysctl.kernel.hung_task_timeout_secs=480
	fi
	[ ${#append[@]} -eq 0 ] || printf '%s\n' "${append[@]}"
}

# The guest has a /run, /tmp ... of its own; folders in there that it needs
# nevertheless are named in keep.
covered()
{
	case $1 in
	/tmp/*|/run/*|/dev/shm/*)
		[ ! -d "$1" ] || echo "$1" ;;
	esac
}

# Folders of the host that the guest is to see where they are here
keep()
{
	local kdir

	if [ -z "$root" ]; then
		covered "$workdir"
		return
	fi
	echo "$top"
	# One that the root has itself is meant.
	[ -d "$root$workdir" ] || echo "$workdir"
	kdir=$(realpath -m "$kernel/kdir")
	[ ! -d "$kdir" ] || echo "$kdir"
}

# rows and columns of the terminal, for the shell
terminal_size()
{
	stty size 2>/dev/null || echo 24 80
}

# The part of the initramfs that differs from run to run
make_job()
{
	local job=$tmp/tree/job name rows columns

	mkdir -p "$job"
	{
		for name in ${names[@]+"${names[@]}"}; do
			[ ! -v "$name" ] ||
				printf 'export %s=%q\n' "$name" "${!name}"
		done
		printf 'cd %q || exit 125\n' "$workdir"
		[ $# -eq 0 ] || { printf 'exec'; printf ' %q' "$@"; echo; }
		[ "$shell" = n ] || echo 'exec bash -i'
	} >"$job/command"
	{
		echo "release=$(cat "$kernel/release")"
		printf 'modules=%q\n' "$(realpath "$kernel/modules")"
		printf 'kdir=%q\n' "$(realpath -m "$kernel/kdir")"
		printf 'base=%q\n' "$root"
		echo "shell=$shell term=${TERM:-vt220}"
		read -r rows columns < <(terminal_size)
		echo "rows=$rows columns=$columns"
	} >"$job/vars"
	keep >"$job/keep"
	: >"$job/out"
	[ ${#outs[@]} -eq 0 ] || printf '%s\n' "${outs[@]}" >"$job/out"
	(cd "$tmp/tree" && find . | cpio -o -H newc --quiet) >"$tmp/job"
	cat "$initramfs" "$tmp/job" >"$tmp/initrd"
}

# The ELF file needs no decompressing and is up a good second sooner, if it has
# the entry point that QEMU wants.
kernel_image()
{
	if [ -e "$kernel/vmlinux" ] &&
		grep -qx CONFIG_PVH=y "$kernel/config" 2>/dev/null; then
		echo "$kernel/vmlinux"
	else
		echo "$kernel/vmlinuz"
	fi
}

# shellcheck disable=SC2054 # the commas are QEMU's
# Two NICs on a hub of their own. A hub knows nothing of offloads, so virtio-net
# has none; the emulated hardware of others does them itself. Programs in the
# guest know the NICs by their addresses: the last byte is the side.
nic_pairs()
{
	local n id side

	for ((n = 0; n < ${#nics[@]}; n++)); do
		for side in 0 1; do
			id=nic$n-$side
			qemu+=(-netdev "hubport,id=$id,hubid=$n" -device
				"${nics[n]},netdev=$id,romfile=,mac=$(printf \
					'02:76:66:6d:%02x:%02x' $n $side)")
		done
	done
}

# shellcheck disable=SC2054 # the commas are QEMU's
# Sets the array qemu. The ports' output goes to plain files, which never make
# QEMU wait, so nothing is lost when the guest switches itself off.
qemu_command()
{
	local n=0 dir

	qemu=(qemu-system-x86_64 -nodefaults -no-user-config -display none
		-no-reboot -nic none -m "$memory" -smp "$cpus"
		-kernel "$(kernel_image)" -initrd "$tmp/initrd"
		-append "$(kernel_parameters | tr '\n' ' ')"
		-serial "file:$log"
		-device virtio-serial-pci,ioeventfd=off
		-chardev "file,id=out,path=$tmp/out"
		-device virtserialport,chardev=out,name=vifmap.out
		-chardev "file,id=status,path=$tmp/status"
		-device virtserialport,chardev=status,name=vifmap.status
		-fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap
		-device virtio-9p-pci,fsdev=root,mount_tag=root)
	case $accel in
	kvm) qemu+=(-M q35 -accel kvm -cpu host) ;;
	tcg) qemu+=(-M q35 -accel "tcg,thread=$threads" -cpu max,la57=off) ;;
	icount) qemu+=(-M q35 -accel tcg,thread=single -cpu max,la57=off
		-icount shift=0,sleep=off) ;;
	esac
	for dir in ${outs[@]+"${outs[@]}"}; do
		n=$((n + 1))
		qemu+=(-fsdev "local,id=out$n,path=${dir//,/,,},security_model=none,multidevs=remap"
			-device "virtio-9p-pci,fsdev=out$n,mount_tag=out$n")
	done
	[ "$shell" = n ] || qemu+=(-serial chardev:tty
		-chardev stdio,id=tty,signal=off)
	nic_pairs
	qemu+=(${extra[@]+"${extra[@]}"})
}

# shellcheck disable=SC2317 # called by the trap
cleanup()
{
	local pid

	for pid in ${pids[@]+"${pids[@]}"}; do
		kill -9 "$pid" 2>/dev/null || :
	done
	wait 2>/dev/null || :
	[ -z "$terminal" ] || stty "$terminal" || :
	rm -rf "$tmp"
}

# A background process that does not outlive us even when we are killed without
# a trap. Its stdin is that of the call, which & alone would take away.
start()
{
	setpriv --pdeathsig KILL "$@" <&0 &
	pids+=($!)
}

# Sets timed_out.
run_qemu()
{
	: >"$tmp/out"
	: >"$log"
	if [ "$shell" = y ]; then
		terminal=$(stty -g 2>/dev/null) || :
		start "${qemu[@]}" <&0 2>"$tmp/errors"
	else
		start "${qemu[@]}" </dev/null 2>"$tmp/errors"
	fi
	start sleep "$timeout" </dev/null
	start tail -c +1 -s 0.05 -f --pid="${pids[0]}" "$tmp/out" \
		</dev/null 2>/dev/null

	wait -n "${pids[0]}" "${pids[1]}" || :
	timed_out=n
	if kill -0 "${pids[0]}" 2>/dev/null; then
		timed_out=y
	fi
	kill -9 "${pids[0]}" "${pids[1]}" 2>/dev/null || :
	wait "${pids[@]}" 2>/dev/null || :
	pids=()
}

log_tail()
{
	cat "$tmp/errors" >&2
	say "end of the kernel's log:"
	tail -n "${1:-40}" "$log" | tr -d '\r' >&2 || :
}

# Prints the verdict as this script's exit status, explains it on stderr.
judge()
{
	local status

	status=$(cat "$tmp/status" 2>/dev/null || :)
	if [ "$timed_out" = y ]; then
		say "time-out after $timeout s"
		log_tail
		exit 124
	fi
	if grep -q 'Kernel panic - not syncing' "$log"; then
		say "the kernel panicked"
		log_tail 80
		exit 125
	fi
	if ! [[ $status =~ ^[0-9]+$ ]]; then
		say "the guest ended without a status"
		log_tail
		exit 125
	fi
	if [ "$allow_splats" = n ] && grep -qE "$splats" "$log"; then
		say "the command's status is $status, but the kernel says:"
		grep -E -B 2 -A 30 "$splats" "$log" | tr -d '\r' |
			sed -n 1,200p >&2 || :
		exit 126
	fi
	exit "$status"
}

options "$@"
shift $((OPTIND - 1))
[ $# -gt 0 ] || [ "$shell" = y ] || { usage >&2; exit 125; }
[ "$shell" = n ] || timeout=${timeout:-86400}
timeout=${timeout:-600}
workdir=$(realpath -m "$workdir")

"$top/scripts/install-packages.sh" qemu-system-x86 busybox-static cpio \
	kmod xz-utils zstd || die "packages are missing"
case $version in
*/*) kernel=$version ;;
*) kernel=$("$here/fetch-kernel.sh" "$version") || die "no kernel $version" ;;
esac
kernel=$(realpath "$kernel")
initramfs=$("$here/make-initramfs.sh" "$kernel") || die "no initramfs"

tmp=$(mktemp -d)
pids=() terminal=''
ulimit -n "$(ulimit -Hn)"
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
log=${log:-$tmp/log}
if [ "$icount" = y ]; then
	accel=icount
elif have_kvm; then
	accel=kvm
else
	accel=tcg
fi
make_job "$@"
qemu_command
run_qemu
judge
