#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Out of memory: each request is made again and again, and each time another one
# of the allocations that the kernel makes for it, in the module or on its
# behalf, fails. Then either the request fails and nothing has changed, or it
# succeeds and all is as if there had been memory, its answer, too.
#
# A notification that finds no memory is lost; whoever listens is told so, and
# the request succeeds.
#
# This one is about entries and options, failslab_device.sh about the rest.
#
#         eth0.5
#          eth0 (vifmap0)   host
#           |  |
#          v0  v1
#         veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

faults=/sys/kernel/debug/failslab
pages=/sys/kernel/debug/fail_page_alloc
need_commands bridge
if [ ! -e /proc/self/fail-nth ] || [ ! -e $faults/require-start ]; then
	skip "the kernel cannot make allocations fail (FAILSLAB)"
fi

# Of all allocations those count that have the module on their stack; its text
# is where /proc/modules says it is. For each of them the leak detector makes one
# of its own, which does not count.
watch_module()
{
	local size start dir reject=(0 0)

	read -r _ size _ _ _ start _ < <(grep '^vifmap ' /proc/modules)
	read -r -a reject < <(awk '
		/ __alloc_object$/ { start = "0x" $1; getline; end = "0x" $1 }
		END { print start ? start : 0, end ? end : 0 }' /proc/kallsyms)
	for dir in $faults $pages; do
		echo 0 >"$dir/probability"
		echo 0 >"$dir/verbose"
		echo N >"$dir/ignore-gfp-wait"
		echo 32 >"$dir/stacktrace-depth"
		echo "$start" >"$dir/require-start"
		printf '0x%x' $((start + size)) >"$dir/require-end"
		echo "${reject[0]}" >"$dir/reject-start"
		echo "${reject[1]}" >"$dir/reject-end"
	done
	echo 0 >$pages/min-order
}

# recording FILE COMMAND...
recording()
{
	local file=$1

	shift
	: >"$file"
	(
		export NETLINK_RECORD=$file LD_PRELOAD=$here/netlink_record.so
		"$@"
	)
}

# replayer COMMAND...: see netlink_replay.c; sets reply
replayer()
{
	echo "$*" >&"${REPLAYER[1]}" &&
		read -r -t $((60 * patience)) reply <&"${REPLAYER[0]}" ||
		reply='error no answer'
	[[ $reply = ok* ]] || { result 1 "netlink_replay" "$* $reply"; exit 1; }
	reply=${reply#ok }
}

# without_allocation N: sets error, left and messages as netlink_replay does
without_allocation()
{
	replayer replay "$tmp/request" "$1"
	read -r error left messages <<<"$reply"
}

# state_is SUM WHEN: adds to the caller's wrong
state_is()
{
	replayer state
	[ "$reply" != "$1" ] || return
	get_state
	wrong+=("$2, the state is another, $reply instead of $1:" "$state"
		"$(bridge fdb show)")
}

# Takes back what the request has done.
take_back()
{
	if [ -s "$tmp/undo" ]; then
		replayer replay "$tmp/undo" 0
		[ "${reply%% *}" -eq 0 ] || wrong+=("to take it back: $reply")
	else
		must "$1"
	fi
}

# survives NAME UNDO COMMAND...: UNDO is a function that takes it back. Programs
# take their time to start, so from then on it is what they have sent that is
# sent again; what far_* functions do in another namespace is not recorded.
survives()
{
	local name=$1 undo=$2 before after whole n=0 error left=0 messages
	local wrong=() refused=0

	shift 2
	: >"$tmp/undo"
	replayer state
	before=$reply
	must recording "$tmp/request" "$@"
	replayer state
	after=$reply
	case $undo in
	far_*) must "$undo" ;;
	*) must recording "$tmp/undo" "$undo" ;;
	esac
	state_is "$before" "taken back"
	without_allocation 0
	whole=$messages
	while [ ${#wrong[@]} -eq 0 ]; do
		if [ "$error" -eq 0 ]; then
			state_is "$after" "done without allocation $n"
			take_back "$undo"
			[ "$messages" -eq "$whole" ] ||
				wrong+=("$messages messages instead of $whole")
		else
			refused=$((refused + 1))
		fi
		state_is "$before" "without allocation $n (error $error)"
		[ $n -eq 0 ] || [ "$left" -eq 0 ] || break
		n=$((n + 1))
		without_allocation $n
	done
	[ "$error" -eq 0 ] || wrong+=("error $error with all the memory")
	[ ${#wrong[@]} -eq 0 ]
	result $? "$name: $((n - 1)) allocations, refused $refused times" \
		${wrong[@]+"${wrong[@]}"}
}

nothing() { :; }
batch() { vifmap -b - <<<"$1"; }

# --- the devices -----------------------------------------------------------

create=(ip link add index 77 link eth0 name vifmap0
	address 02:00:00:00:00:77 type vifmap)
delete() { ip link del vifmap0; }
attach_v1="attach v1 pdev eth0 mac 02:00:00:00:0b:01 mac 02:00:00:00:0b:02 learn 2"
attach_v0() { ip link set v0 master vifmap0; }
detach_v0() { ip link set v0 nomaster; }
detach_v1() { vifmap detach v1; }

again_v1() { batch "$attach_v1"; }

devices()
{
	survives "create a device" delete "${create[@]}"
	must "${create[@]}"
	must ip link set vifmap0 up
	survives "attach a veth" detach_v0 ip link set v0 master vifmap0
	survives "attach a tap" detach_v1 ip link set v1 master vifmap0
	must attach_v0
	must batch "$attach_v1"
	survives "detach a veth" attach_v0 ip link set v0 nomaster
	survives "detach a tap" again_v1 vifmap detach v1
}

# --- entries ---------------------------------------------------------------

a=02:00:00:00:0a:01
del_a() { vifmap mac del "$a"; }
add_a() { vifmap mac add "$a" vif v1; }
active_a() { vifmap mac set "$a" active; }
inactive_a() { vifmap mac set "$a" inactive; }
back_a() { vifmap mac set "$a" pdev eth0 vif v1 active; }
off_v1() { vifmap mac set vif v1 inactive; }
on_v1() { vifmap mac set vif v1 active; }
add_v1() { batch "mac add $a vif v1
	mac add 02:00:00:00:0b:01 vif v1
	mac add 02:00:00:00:0b:02 vif v1"; }
again_v0() { detach_v0 && attach_v0; }

entries()
{
	# Somebody who listens, so that there is something to allocate for events
	must start_monitor
	survives "add an entry" del_a vifmap mac add $a vif v1
	survives "add an inactive one" del_a vifmap mac add $a vif v1 inactive
	survives "add one as bridge does" del_a \
		bridge fdb add $a dev vifmap0 self via v1 static
	must add_a
	survives "delete an entry" add_a vifmap mac del $a
	survives "switch one off" active_a vifmap mac set $a inactive
	survives "lead one to another vif" back_a vifmap mac set $a pdev eth0 vif v0
	must inactive_a
	survives "switch one on" inactive_a vifmap mac set $a active
	must on_v1
	survives "switch all of a vif off" on_v1 vifmap mac set vif v1 inactive
	must off_v1
	survives "switch all of a vif on" off_v1 vifmap mac set vif v1 active
	must on_v1
	survives "flush a vif" add_v1 vifmap mac flush vif v1
	survives "make the peer's entry the user's" again_v0 \
		vifmap mac add 02:00:00:00:01:00 vif v0
	check "who listens knows that events were lost" wait_until has_line \
		'"event":"lost"' "$tmp/events"
	kill "${pids[-1]}"
}

# --- options ---------------------------------------------------------------

dev_back() { vifmap dev set vifmap0 learn 0 max-macs 1024 host on; }
host_port_off() { vifmap dev set vifmap0 host-port off; }
host_port_on() { vifmap dev set vifmap0 host-port on; }
old_address() { ip link set vifmap0 address 02:00:00:00:00:77; }
port_back() { vifmap port set v1 learn 2 trunk off isolated off; }

options()
{
	survives "set options of a device" dev_back \
		vifmap dev set vifmap0 learn 3 max-macs 100 host off
	survives "make the device an end" host_port_off \
		vifmap dev set vifmap0 host-port on
	must host_port_on
	survives "make it none" host_port_on vifmap dev set vifmap0 host-port off
	survives "give it another address" old_address \
		ip link set vifmap0 address 02:00:00:00:00:78
	must host_port_off
	survives "set options of a vif" port_back \
		vifmap port set v1 learn 5 trunk on isolated on
}

# --- the map grows ---------------------------------------------------------

# It has 64 buckets, two for each entry, and never shrinks: 32 entries of a new
# device are wanted, two of them the host's, three those of attaching.
fill()
{
	local i

	echo "attach v0 pdev eth0"
	for ((i = 1; i <= 27; i++)); do
		printf 'mac add 02:00:00:00:0c:%02x vif v0\n' $i
	done
}
fill >"$tmp/fill"
build_again()
{
	ip link del vifmap0 && "${create[@]}" && vifmap -b "$tmp/fill" &&
		batch "$attach_v1"
}
growth()
{
	must build_again
	survives "add one for which the table grows" build_again \
		vifmap mac add $a vif v1
}

# --- dumps -----------------------------------------------------------------

dumps()
{
	survives "show devices" nothing vifmap dev show
	survives "show vifs" nothing vifmap port show
	survives "show entries" nothing vifmap mac show
	survives "show an entry" nothing vifmap mac show 02:00:00:00:0b:01
	survives "show entries as bridge does" nothing bridge fdb show dev vifmap0
}

# --- the host --------------------------------------------------------------

eth0_back() { ip link set eth0 address 02:00:00:00:00:01; }
vlan_back() { ip link set eth0.5 address 02:00:00:00:00:05; }
vlan_del() { ip link del eth0.6; }

host()
{
	survives "give the physical device another address" eth0_back \
		ip link set eth0 address 02:00:00:00:00:0e
	survives "give a VLAN device on it another address" vlan_back \
		ip link set eth0.5 address 02:00:00:00:00:0f
	survives "put a VLAN device on it" vlan_del \
		ip link add link eth0 name eth0.6 index 76 \
		address 02:00:00:00:00:06 type vlan id 6
}

# --- the end ---------------------------------------------------------------

back_from_far()
{
	ip -n "${prefix}far" link set "$1" netns "${prefix}host" &&
		ip link set "$1" addrgenmode none && ip link set "$1" up
}
set_up() { "${create[@]}" && attach_v0 && batch "$attach_v1"; }
far_v0() { back_from_far v0 && attach_v0; }
far_eth0() { back_from_far eth0 && set_up; }

ends()
{
	local far

	new_netns far
	background far sleep infinity
	far=$!
	must wait_until has_line sleep /proc/$far/comm
	survives "delete a device" set_up ip link del vifmap0
	survives "move a vif to another namespace" far_v0 \
		ip link set v0 netns $far
	survives "move the physical device to another namespace" far_eth0 \
		ip link set eth0 netns $far
}

must ip -batch - <<-END
	link add eth0 index 70 address 02:00:00:00:00:01 type dummy
	link add link eth0 name eth0.5 index 71 address 02:00:00:00:00:05 type vlan id 5
	link add v0 index 72 address 02:00:00:00:02:00 type veth peer name p0 address 02:00:00:00:01:00
	tuntap add dev v1 mode tap
	$(quiet_up dev eth0)
	$(quiet_up dev v0)
	$(quiet_up dev v1)
END
watch_module
coproc REPLAYER { exec netlink_replay; }
pids+=("$REPLAYER_PID")

if [ "${part-entries}" = entries ]; then
	must set_up
	entries
	options
	growth
	dumps
else
	devices
	host
	ends
fi
finish
