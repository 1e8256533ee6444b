#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# The guest's first process once the root is there: runs the job's command,
# hands over its output and status, switches the machine off.

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root USER=root LOGNAME=root SHELL=/bin/bash TERM=dumb
run=/run/vifmap-vm
busybox=$run/busybox

shell=n term='' rows=24 columns=80
# shellcheck source=/dev/null
. $run/vars
cd /

# /dev/vport... of a virtio-serial port; it may take a moment to appear.
port()
{
	local name i=0

	while [ $i -lt 100 ]; do
		for name in /sys/class/virtio-ports/*/name; do
			[ "$(cat "$name" 2>/dev/null)" = "$1" ] || continue
			name=${name%/name}
			echo "/dev/${name##*/}"
			return
		done
		$busybox usleep 20000
		i=$((i + 1))
	done
	echo "no port $1" >&2
}

# What opens /dev/net/tun and its like may load the module by that.
static_nodes()
{
	local module node type major minor

	while read -r module node type; do
		case $module in '#'*) continue ;; esac
		major=${type#?}
		minor=${major#*:}
		major=${major%:*}
		[ ! -e "/dev/$node" ] || continue
		case $node in */*) $busybox mkdir -p "/dev/${node%/*}" ;; esac
		$busybox mknod "/dev/$node" "${type%"${type#?}"}" \
			"$major" "$minor"
	done <"/lib/modules/$(uname -r)/modules.devname"
}

# Those that the command left behind would hold its output open. Kernel
# threads have no exe; we are 1, and $1 is the reader of the output.
kill_rest()
{
	local dir pid

	for dir in /proc/[0-9]*; do
		pid=${dir#/proc/}
		case $pid in 1|"$1") continue ;; esac
		$busybox readlink "$dir/exe" >/dev/null || continue
		kill -9 "$pid" 2>/dev/null
	done
}

run_shell()
{
	$busybox stty rows $rows cols $columns </dev/ttyS1
	TERM=$term setsid -c bash $run/command \
		</dev/ttyS1 >/dev/ttyS1 2>&1
}

# By a pipe, which the command may open again as /dev/stdout; a port can be
# open but once.
run_command()
{
	local reader status

	$busybox mkfifo -m 666 $run/out
	$busybox cat <$run/out >"$(port vifmap.out)" &
	reader=$!
	$busybox setsid bash $run/command </dev/null >$run/out 2>&1 &
	wait $!
	status=$?
	kill_rest $reader
	wait $reader
	return $status
}

$busybox hostname vifmap-vm
$busybox ip link set lo up
static_nodes
ulimit -c 0
# From here on the whole of the kernel's log goes to the console.
echo Y >/sys/module/printk/parameters/ignore_loglevel

if [ "$shell" = y ]; then
	run_shell
else
	run_command
fi
status=$?
echo $status >"$(port vifmap.status)"
sync
$busybox poweroff -f
