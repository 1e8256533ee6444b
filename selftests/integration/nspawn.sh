#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# systemd-nspawn --network-bridge=vifmap0, unmodified: the container's address is
# mapped by itself, and it reaches the wire and another container.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |       |
#             vb-one  vb-two    containers
#
# Packages: busybox-static jq systemd-container
# Roots: bookworm trixie

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
need_commands systemd-nspawn busybox

# A tree with nothing but busybox
make_tree()
{
	mkdir -p "$tmp/$1"/{bin,dev,etc,proc,run,sys,tmp,usr/bin}
	cp "$(command -v busybox)" "$tmp/$1/bin/busybox"
	ln -s busybox "$tmp/$1/bin/sh"
	echo ID=busybox >"$tmp/$1/etc/os-release"
	mkfifo "$tmp/$1/say"
}

# As where no systemd runs that it could talk to, in a control group that is its
# own
nspawn()
{
	local name=$1 group=/sys/fs/cgroup/$prefix$1

	shift
	mkdir "$group"
	echo $BASHPID >"$group/cgroup.procs"
	exec systemd-nspawn --quiet --register=no --keep-unit --as-pid2 \
		--machine="$name" --directory="$tmp/$name" \
		--network-bridge=vifmap0 --console=pipe "$@"
}

# start NAME ADDRESS: a container that does what is written to its pipe
start()
{
	make_tree "$1"
	nspawn "$1" /bin/busybox sh -c "
		busybox ip link set lo up
		busybox ip addr add $2/24 dev host0
		busybox ip link set host0 up
		echo ready
		while read -r line && [ \"\$line\" != exit ]; do
			eval \"busybox \$line\" && echo worked || echo failed
		done <>/say" </dev/null >>"$tmp/$1.out" 2>&1 &
	pids+=($!)
	must wait_until has_line ready "$tmp/$1.out"
}

# says NAME RESULT COMMAND...: the container runs it, with that result
says()
{
	: >"$tmp/$1.out"
	echo "${*:3}" >"$tmp/$1/say"
	must wait_until has_line '^\(worked\|failed\)$' "$tmp/$1.out"
	is "$1 runs ${*:3}" "$(tail -n 1 "$tmp/$1.out")" "$2"
}

has_ended() { ! vifmap port show | grep -q "^vb-$1:"; }

# The address that a container has by itself
mac_of() { busybox sed -n 's/.*ether \([^ ]*\).*/\1/p' "$tmp/$1.out"; }

build
must ip -n "${prefix}wire" addr add 192.0.2.1/24 dev wire0
must ip addr add 192.0.2.2/24 dev eth0
must ip link add link eth0 type vifmap
must ip link set vifmap0 up
start one 192.0.2.11
start two 192.0.2.12
for name in one two; do
	says $name worked ip link show host0
	address=$(mac_of "$name")
	check "$name's address leads to it" grep -q \
		"^$address.*vif vb-$name .*origin peer" <(vifmap mac show)
done
says one worked ping -c 1 -w 5 192.0.2.1
check "the wire reaches it" at wire ping -c 1 -w 5 192.0.2.11
says one worked ping -c 1 -w 5 192.0.2.12
says two worked ping -c 1 -w 5 192.0.2.2
says two worked ip link set host0 address 02:00:00:00:00:99
says two failed ping -c 1 -w 1 192.0.2.1
check "a source that is not its own is counted" grep -q \
	'"spoofed":[1-9]' <(vifmap -j stats vb-two)
# It ends with what it runs, and its veth with it.
says one worked true
echo exit >"$tmp/one/say"
check "a container that ends takes its vif along" wait_until has_ended one
is "the other's is left" "$(vifmap port show | sed 's/:.*//')" vb-two
finish
