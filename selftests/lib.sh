# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib.sh - what the selftests share
#
# A test sources this file first. From then on it is in a network namespace of
# its own, the host's; ip, vifmap and so on can be typed as a user would.
# Further namespaces are called by the place they stand for: `at wire ...`,
# `at v0 ...`. Everything is gone when the test ends.
#
# A test reports results with check, is, flow, counted and refused, each one
# "ok" or "not ok" line, and ends with `finish`. One that ends before has
# failed.

set -u

# Each program that is started costs a tenth of a second on a machine that is
# emulated, so this file starts few.
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
self=$here/${0##*/}
PATH=$here:$here/../tools/vifmap:$PATH:/usr/sbin:/sbin
export LC_ALL=C

skip() { echo "1..0 # SKIP $*"; exit 4; }

need_commands()
{
	local c

	for c; do
		command -v "$c" >/dev/null || skip "no command $c"
	done
}

load_module()
{
	if [ -n "${VIFMAP_MODULE-}" ]; then
		insmod "$VIFMAP_MODULE"
	else
		modprobe vifmap
	fi
}

module_loaded() { grep -q '^vifmap ' /proc/modules; }

# The host's namespace has a name, so that it can be deleted and waited for.
enter_host()
{
	prefix=vifmap-$$-
	ip netns add "${prefix}host" || skip "cannot create namespaces"
	VIFMAP_TEST_PREFIX=$prefix exec nsenter \
		--net="/run/netns/${prefix}host" "$BASH" "$self" "$@"
}

[ $EUID -eq 0 ] || skip "not root"
if [ -z "${VIFMAP_TEST_PREFIX-}" ]; then
	module_loaded || load_module || skip "no module vifmap"
	need_commands vifmap frames ip nsenter
	enter_host "$@"
fi
prefix=$VIFMAP_TEST_PREFIX
unset VIFMAP_TEST_PREFIX

tmp=${TMPDIR:-/tmp}/$prefix$EPOCHREALTIME
mkdir -m 755 "$tmp" || exit 1
pids=()
results=0 failures=0 finished=n
declare -A mac stats mark when nic capture_pid seen
vifs=() others=()
reply='' state='' nics=n tcp_port=5000

# shellcheck disable=SC2317 # called by the trap
cleanup()
{
	local status=$? pid name

	for pid in ${pids[@]+"${pids[@]}"}; do
		kill "$pid" 2>/dev/null
	done
	[ ${#pids[@]} -eq 0 ] || wait "${pids[@]}" 2>/dev/null
	for name in /run/netns/"$prefix"*; do
		[ ! -e "$name" ] || echo "netns del ${name##*/}"
	done | ip -force -batch - 2>/dev/null
	rm -rf "$tmp"
	[ "$finished" = n ] || exit "$status"
	[ "$status" -eq 4 ] || echo "Bail out! ended before its time"
	[ "$status" -ne 0 ] || exit 1
}

trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# --- results ---------------------------------------------------------------

# result STATUS NAME [DETAIL...]
result()
{
	local status=$1 name=$2 line

	results=$((results + 1))
	if [ "$status" -eq 0 ]; then
		echo "ok $results $name"
		return 0
	fi
	failures=$((failures + 1))
	echo "not ok $results $name"
	shift 2
	for line; do
		printf '%s\n' "$line" | sed 's/^/# /'
	done
	return 1
}

# check NAME COMMAND...: the command succeeds
check()
{
	local name=$1 status

	shift
	"$@" >"$tmp/check" 2>&1
	status=$?
	result $status "$name" "$* (status $status):" "$(<"$tmp/check")"
}

# is NAME GOT WANT
is()
{
	[ "$2" = "$3" ]
	result $? "$1" "got:  $2" "want: $3"
}

# A step without which the rest makes no sense
must()
{
	"$@" >"$tmp/must" 2>&1 && return
	result 1 "set-up: $*" "$(<"$tmp/must")"
	exit 1
}

# What the kernel says when something is wrong
splats='BUG:|kernel BUG at|WARNING:|Oops|KASAN:|UBSAN:|protection fault'
splats+='|lock inversion|inconsistent lock|recursive locking|suspicious RCU'
splats+='|circular locking|while atomic|invalid context|refcount_t:'
splats+='|leaked reference|unregister_netdevice: waiting|lockup|stall'
splats+='|blocked for more than|caps=.*len=|BUG [a-z].*\(|ODEBUG:'
splats+='|has [0-9]+/[0-9]+ users|reference already released|non-static key'
splats+='|hw csum failure|unexpected GSO type'

# Says what the kernel's log has of that since this test began.
new_splats()
{
	dmesg | sed -n "/vifmap selftest $prefix begins/,\$p" |
		grep -E -A 12 "$splats"
}

finish()
{
	local text

	if text=$(new_splats); then
		result 1 "the kernel has nothing to complain of" "$text"
	fi
	echo "1..$results"
	finished=y
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}

echo "vifmap selftest $prefix begins: ${self##*/}" >/dev/kmsg
echo "TAP version 13"

# --- waiting ---------------------------------------------------------------

# How much slower than an ordinary kernel this one is: in-vm.sh says so.
patience=${VIFMAP_PATIENCE-1}

# wait_until COMMAND...: for a condition, a minute at most
wait_until()
{
	local end=$((SECONDS + 60 * patience))

	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			echo "# waited in vain for: $*"
			return 1
		fi
		sleep 0.05
	done
}

has_line() { grep -q -e "$1" "$2"; }

# --- namespaces and devices ------------------------------------------------

# at PLACE COMMAND...: PLACE is host, wire, or a veth vif (its guest)
at()
{
	local place=$1

	shift
	nsenter --net="/run/netns/$prefix$place" "$@"
}

# background PLACE COMMAND...: $! is the command itself
background()
{
	local place=$1

	shift
	nsenter --net="/run/netns/$prefix$place" "$@" &
	pids+=($!)
}

new_netns() { must ip netns add "$prefix$1"; }

as_nobody()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"
}

# No IPv6 addresses, so that nobody speaks unasked.
quiet_up() { echo "link set $* addrgenmode none"; echo "link set $* up"; }

# The NIC and its wire. A real one gets what is addressed to others only when it
# is promiscuous, and frames sees all that arrives on the wire.
pdev_lines()
{
	if [ $nics = y ]; then
		echo "link set wire0 address ${mac[wire]} promisc on" \
			"netns ${prefix}wire"
		echo "link set eth0 address ${mac[host]}"
		quiet_up dev eth0
		return
	fi
	echo "link add eth0 address ${mac[host]} type veth" \
		"peer name wire0 address ${mac[wire]} netns ${prefix}wire"
	quiet_up dev eth0
}

veth_lines()
{
	echo "link add $1 address 02:00:00:00:02:0${1#v} type veth" \
		"peer name eth0 address ${mac[$1]} netns $prefix$1"
	quiet_up dev "$1"
}

tap_lines()
{
	echo "tuntap add dev $1 mode tap"
	quiet_up dev "$1"
}

nic_lines() { tap_lines "$1"; }

# build [veth|tap|nic]...: wire0 in the namespace wire, eth0 here, and vifs v0,
# v1 ... of these kinds, their guests with the address ${mac[v0]} ... A nic is a
# tap with a guest that has a network stack, on eth0 in the namespace of that
# name; ${nic[v0]} is what its NIC can do, see tap_guest.c.
build()
{
	local kind name lines

	mac[host]=02:00:00:00:00:01
	mac[wire]=02:00:00:00:00:02
	new_netns wire
	lines=$(pdev_lines)
	for kind; do
		name=v${#vifs[@]}
		vifs+=("$name")
		[ "$kind" != nic ] || nic[$name]=${nic[$name]-}
		mac[$name]=02:00:00:00:01:0${name#v}
		[ "$kind" = tap ] || new_netns "$name"
		lines+=$'\n'$("${kind}_lines" "$name")
	done
	must ip -batch - <<<"$lines"
	must ip -n "${prefix}wire" -batch - <<<"$(quiet_up dev wire0)"
	[ $nics = n ] || wait_for_nics
	start_frames
	must ask end wire "${prefix}wire" wire0 link
	must ask end host - eth0 stack
	for name in ${vifs[@]+"${vifs[@]}"}; do
		open_guest "$name"
	done
}

# What sends and receives for the guest of a vif
open_guest()
{
	if [ "${nic[$1]+is}" ]; then
		plug_nic "$1"
	elif [ -e "/run/netns/$prefix$1" ]; then
		must ip -n "$prefix$1" -batch - <<<"$(quiet_up dev eth0)"
		must ask end "$1" "$prefix$1" eth0 link
	else
		must ask end "$1" - "$1" tap
		must ask mac "$1" "${mac[$1]}"
	fi
}

# Its frames pass through a program: no end for `flow`, which would not know when
# the last of them has passed.
plug_nic()
{
	# shellcheck disable=SC2086 # words
	background host tap_guest "$1" "$prefix$1" eth0 "${mac[$1]}" \
		${nic[$1]} >"$tmp/nic-$1"
	must wait_until has_line ready "$tmp/nic-$1"
	must ip -n "$prefix$1" -batch - <<<"$(quiet_up dev eth0)"
}

# start_capture PLACE DEVICE MTU: see capture.c
start_capture()
{
	background "$1" capture "$2" "$3" >"$tmp/seen-$1" 2>"$tmp/capture-$1"
	capture_pid[$1]=$!
	must wait_until has_line ready "$tmp/capture-$1"
}

# end_capture PLACE: sets seen[...] and reply
end_capture()
{
	local word words

	must kill "${capture_pid[$1]}"
	wait "${capture_pid[$1]}"
	unset "capture_pid[$1]"
	reply="$(<"$tmp/seen-$1") $(sed 1d "$tmp/capture-$1")"
	seen=()
	read -r -a words <"$tmp/seen-$1"
	for word in "${words[@]}"; do
		seen[${word%=*}]=${word#*=}
	done
}

attach_vifs()
{
	local name

	for name in ${vifs[@]+"${vifs[@]}"}; do
		# A veth's peer is mapped by itself.
		if [ -e "/run/netns/$prefix$name" ] &&
			[ ! "${nic[$name]+is}" ]; then
			echo "attach $name pdev eth0"
		else
			echo "attach $name pdev eth0 mac ${mac[$name]}"
		fi
	done >"$tmp/attach"
	must vifmap -b "$tmp/attach"
}

# topology [veth|tap]...: all of it, attached and mapped
topology()
{
	build "$@"
	attach_vifs
	read_stats
	set_mark
}

# For programs that send and receive frames themselves, see model_ends.c: a
# namespace with a pair of veths and nothing else.
build_barrier()
{
	new_netns barrier
	no_ipv6 barrier
	must ip -n "${prefix}barrier" -batch - <<-'END'
		link add b0 type veth peer name b1
		link set b0 up
		link set b1 up
	END
}

# no_ipv6 PLACE: nobody speaks unasked, on devices that are still to come, too
no_ipv6()
{
	must at "$1" tee /proc/sys/net/ipv6/conf/{all,default}/disable_ipv6 \
		<<<1
}

# --- NICs ------------------------------------------------------------------

# The virtual machine has pairs of emulated NICs, joined back to back. Their
# addresses say which side is which; see vm/run.sh.
nic_address=02:76:66:6d:

# The folders of the NICs that a driver has, pair by pair, that of the wire last
find_nics()
{
	local address device number found=()

	for address in /sys/class/net/*/address; do
		device=${address%/address}/device
		# Another test's NIC may go at any time.
		[[ "$(realpath -q "$device/driver")" = */"$1" ]] || continue
		address=$(<"$address")
		[[ $address = "$nic_address"*:* ]] || continue
		number=0x${address#"$nic_address"}
		number=$((${number%:*} * 2 + 0x${number#*:}))
		found[number]=$(realpath "$device")
	done
	[ ${#found[@]} -eq 0 ] || printf '%s\n' "${found[@]}"
}

# unbind_nic and bind_nic DEVICE DRIVER
unbind_nic() { echo "${1##*/}" >"$1/driver/unbind"; }

bind_nic()
{
	local bus

	bus=$(realpath "$1/subsystem")
	echo "${1##*/}" >"$bus/drivers/$2/bind"
}

# claim_nic SIDE NAME: from where its driver has put it
claim_nic()
{
	must nsenter --net=/proc/1/ns/net ip link set \
		"$(basename "${nic_devices[$1]}"/net/*)" \
		netns "${prefix}host" name "$2"
}

# Sets nic_devices to a pair of a driver that no other test has. It is this
# test's until the test ends.
lock_nics()
{
	local list=/run/vifmap-nics-$1 all fd i

	exec {fd}>>"$list"
	flock "$fd"
	[ -s "$list" ] || find_nics "$1" >"$list"
	exec {fd}>&-
	mapfile -t all <"$list"
	[ ${#all[@]} -ge 2 ] || skip "no two NICs with driver $1"
	for ((i = ${#all[@]} - 2; i >= 0; i -= 2)); do
		nic_devices=("${all[@]:i:2}")
		exec {fd}>>"$list-$i"
		flock -n "$fd" && return
		[ $i -eq 0 ] || exec {fd}>&-
	done
	flock "$fd"
}

# Puts a pair of a driver into this namespace, as eth0 and wire0, in the state
# that the driver leaves them in at its start.
take_nics()
{
	local names=(eth0 wire0) side device

	[ -d /run/vifmap-vm ] || skip "not in the selftests' machine"
	need_commands flock modprobe
	modprobe "$1" 2>/dev/null
	lock_nics "$1"
	for side in 0 1; do
		device=${nic_devices[side]}
		[ ! -e "$device/driver" ] || must unbind_nic "$device"
		must bind_nic "$device" "$1"
		claim_nic $side "${names[side]}"
	done
	nics=y
}

wait_for_nics()
{
	must wait_until is_up eth0
	must wait_until at wire "$BASH" -c "$(declare -f is_up); is_up wire0"
}

# nic_build and nic_topology DRIVER [veth|tap]...: like those without nic_, but
# the pdev and the wire are NICs of this driver.
nic_build()
{
	take_nics "$1"
	shift
	build "$@"
}

nic_topology()
{
	take_nics "$1"
	shift
	topology "$@"
}

# --- frames ----------------------------------------------------------------

start_frames()
{
	coproc FRAMES { exec frames; }
	pids+=("$FRAMES_PID")
	must ask mac broadcast ff:ff:ff:ff:ff:ff
	must ask mac multicast 33:33:00:00:0a:0b
}

# ask COMMAND...: see frames.c; sets reply
ask()
{
	echo "$*" >&"${FRAMES[1]}" &&
		read -r -t $((60 * patience)) reply <&"${FRAMES[0]}" ||
		reply='error no answer'
	echo "$reply"
	[[ $reply = ok* ]]
}

# all_but END END...: sets others
all_but()
{
	local not=$1 end

	shift
	others=()
	for end; do
		[ "$end" = "$not" ] || others+=("$end")
	done
}

# What crosses a NIC arrives some time later. One more frame each way comes after
# those sent before, and can be waited for. Adds to the caller's receivers.
send_markers()
{
	local count=1 word
	local -A want=([host]=1 [wire]=1)

	for word in "${send[@]}"; do
		[[ $word != count=* ]] || count=${word#*=}
	done
	for word in ${receivers[@]+"${receivers[@]}"}; do
		[[ $word = *:* ]] || word+=:$count
		want[${word%:*}]=$((${want[${word%:*}]-0} + ${word#*:}))
	done
	receivers=()
	for word in "${!want[@]}"; do
		receivers+=("$word:${want[$word]}")
	done
	ask send wire host && ask send host wire
}

# nic_accepts DST [OPTION]...: whether the pdev's NIC takes such a frame from the
# wire. That vifmap has seen it counts, whatever becomes of it. Some drivers write
# a filter some time after it was changed: wait for it.
nic_accepts()
{
	local before send=("$@") receivers=()

	read_stats
	before=${stats[wire.rx-packets]}
	ask send wire "$@" && send_markers && ask expect "${receivers[@]}"
	read_stats
	[ "${stats[wire.rx-packets]}" -gt "$before" ]
}

nic_rejects() { ! nic_accepts "$@"; }

# flow NAME FROM DST [OPTION]... -- [RECEIVER[:N]]...
# The frames arrive, once each, at these receivers and at no other end.
flow()
{
	local name=$1 send=() receivers

	shift
	while [ "$1" != -- ]; do
		send+=("$1")
		shift
	done
	shift
	receivers=("$@")
	ask send "${send[@]}" >/dev/null &&
		{ [ $nics = n ] || send_markers >/dev/null; } &&
		ask expect ${receivers[@]+"${receivers[@]}"} >/dev/null
	result $? "$name" "send ${send[*]}; expect $*: $reply"
}

# --- frames from everywhere -------------------------------------------------

# Frames from many senders at once while the test does something else
start_crossfire()
{
	mkfifo "$tmp/fire-in" "$tmp/fire-out" || exit 1
	crossfire <"$tmp/fire-in" >"$tmp/fire-out" &
	pids+=($!)
	exec {fire_in}>"$tmp/fire-in" {fire_out}<"$tmp/fire-out"
}

# fire COMMAND...: see crossfire.c; sets reply
fire()
{
	echo "$*" >&"$fire_in" &&
		read -r -t $((60 * patience)) reply <&"$fire_out" ||
		reply='error no answer'
	echo "$reply"
	[[ $reply = ok* ]]
}

# fire_end PLACE: what sends and receives there; the guest's side of a tap is
# not to be open already
fire_end()
{
	if [ "$1" = host ]; then
		must fire end host - eth0 stack
	elif [ "$1" = wire ]; then
		must fire end wire "${prefix}wire" wire0 link
	elif [ -e "/run/netns/$prefix$1" ]; then
		must fire end "$1" "$prefix$1" eth0 link
	else
		must fire end "$1" - "$1" tap
	fi
}

# fire_between PLACE...: a flow FROM-TO for each two of them, and FROM-all, a
# broadcast. The flood rates would be in the way.
fire_between()
{
	local from to

	[ -n "${fire_in-}" ] || start_crossfire
	for from; do
		fire_end "$from"
	done
	for from; do
		for to; do
			[ "$from" = "$to" ] || must fire flow "$from-$to" \
				"$from" "${mac[$from]}" "${mac[$to]}"
		done
		must fire flow "$from-all" "$from" "${mac[$from]}" \
			ff:ff:ff:ff:ff:ff
	done
}

# intact PLACE...: what to expect (see went) when all unicast frames between
# them arrive
intact()
{
	local from to

	for from; do
		for to; do
			[ "$from" = "$to" ] || echo "$from-$to:$to:N"
		done
	done
}

# moment NAME: the frames that have been sent so far, at least a round of them
# since the moment before, have arrived.
moment()
{
	local before=${when[latest]} round

	while :; do
		must fire round
		round=${reply#ok }
		[ "$round" -le $((before + 1)) ] || break
	done
	when[$1]=$round when[latest]=$round
}

begin_fire()
{
	when=([latest]=0)
	must fire start
	moment begin
}

# The moment "end"
end_fire()
{
	moment end
	must fire stop
}

# went NAME MOMENT MOMENT FLOW:PATTERN...: what became of the frames sent between
# these moments, see "where" in crossfire.c; N in a pattern stands for how many
# they were. Expectations may also be several in a word.
went()
{
	local name=$1 from=${when[$2]} to=${when[$3]} reply specs spec
	local pattern wrong=()

	shift 3
	read -r -a specs <<<"${*//$'\n'/ }"
	for spec in "${specs[@]}"; do
		pattern=${spec#*:}
		pattern="^ok (${pattern//N/$((to - from))})\$"
		fire where "${spec%%:*}" "$from" "$to" >/dev/null
		[[ $reply =~ $pattern ]] ||
			wrong+=("${spec%%:*}: $reply instead of ${spec#*:}")
	done
	[ ${#wrong[@]} -eq 0 ]
	result $? "$name ($((to - from)) rounds)" ${wrong[@]+"${wrong[@]}"}
}

# --- streams ---------------------------------------------------------------

# listening PLACE PORT
listening() { at "$1" ss -Htln | grep -q ":$2 "; }

# tcp NAME FROM TO ADDRESS: every byte arrives at TO, which has this address
tcp()
{
	local out size=500000

	tcp_port=$((tcp_port + 1))
	background "$3" stream recv $tcp_port >"$tmp/received"
	must wait_until listening "$3" $tcp_port
	out=$(at "$2" stream send "$4" $tcp_port $size)
	wait_until has_line bytes "$tmp/received"
	is "$1: TCP, $2 to $3" "$out; $(<"$tmp/received")" \
		"$size bytes; $size bytes"
}

# TCP segments and UDP datagrams with bad checksums that a place has received
bad_sums()
{
	# shellcheck disable=SC2016 # awk is to expand it
	at "$1" awk '/^(Tcp|Udp): / && head[$1] == "" { head[$1] = $0; next }
		/^(Tcp|Udp): / {
			split(head[$1], name)
			for (i in name)
				if (name[i] == "InCsumErrors")
					sum += $i
		}
		END { print sum + 0 }' /proc/net/snmp
}

# switch_features PLACE DEVICE on|off FEATURE...: those that can be switched
switch_features()
{
	local place=$1 dev=$2 state=$3 feature

	shift 3
	for feature; do
		at "$place" ethtool -K "$dev" "$feature" "$state" \
			>/dev/null 2>&1
	done
}

# --- counters --------------------------------------------------------------

# Sets stats[END.COUNTER] for wire, host, port and each vif, and stat_ends.
# The JSON of the tool has no word with a space in it, so words are enough.
read_stats()
{
	local json words i end=''

	json=$(vifmap -j stats) || return 1
	json=${json//[][\{\}\",:]/ }
	read -r -a words <<<"${json//$'\n'/ }"
	stats=() stat_ends=()
	i=0
	while [ $i -lt ${#words[@]} ]; do
		case ${words[i]} in
		ends) i=$((i + 1)); continue ;;
		dropped) drop=drop- i=$((i + 1)); continue ;;
		end) end=${words[i + 1]} drop='' ;;
		ifname) [ "$end" != vif ] || end=${words[i + 1]} ;;
		dev|pdev) end='' ;;
		*) stats[$end.$drop${words[i]}]=${words[i + 1]} ;;
		esac
		case ${words[i]} in end|ifname) stat_ends+=("$end") ;; esac
		i=$((i + 2))
	done
	mapfile -t stat_ends < <(printf '%s\n' "${stat_ends[@]}" |
		grep -vx vif | sort -u)
}

# counter END COUNTER
counter()
{
	read_stats
	echo "${stats[$1.$2]-none}"
}

# Counts from here on
set_mark()
{
	local key

	mark=()
	for key in "${!stats[@]}"; do
		mark[$key]=${stats[$key]}
	done
}

# counted NAME END.COUNTER=N...: since the last time, or set_mark
counted()
{
	local name=$1 spec key want got wrong=()

	shift
	read_stats
	for spec; do
		key=${spec%=*} want=${spec#*=}
		got=$((${stats[$key]--1} - ${mark[$key]-0}))
		[ "$got" -eq "$want" ] || wrong+=("$key: $got instead of $want")
	done
	set_mark
	[ ${#wrong[@]} -eq 0 ]
	result $? "$name" ${wrong[@]+"${wrong[@]}"}
}

# What an end did with what it got, less what it got
imbalance()
{
	local key sum=0

	for key in delivered host wire flooded; do
		sum=$((sum + ${stats[$1.$key]}))
	done
	for key in "${!stats[@]}"; do
		case $key in
		"$1".drop-*) sum=$((sum + stats[$key])) ;;
		esac
	done
	echo $((sum - stats[$1.rx-packets] - stats[$1.copies]))
}

# total COUNTER END...
total()
{
	local counter=$1 end sum=0

	shift
	for end; do
		sum=$((sum + ${stats[$end.$counter]-0}))
	done
	echo $sum
}

check_sums()
{
	local end n wrong=()

	read_stats
	for end in "${stat_ends[@]}"; do
		n=$(imbalance "$end")
		[ "$n" -eq 0 ] || wrong+=("$end accounts for $n too many")
	done
	same_total delivered tx-packets "${vifs[@]}" port
	same_total host tx-packets host
	same_total wire tx-packets wire
	[ ${#wrong[@]} -eq 0 ]
	result $? "the sums hold" ${wrong[@]+"${wrong[@]}"}
}

# same_total COUNTER COUNTER2 END...: COUNTER of all ends is COUNTER2 of these.
# Adds to the caller's wrong.
same_total()
{
	local counter=$1 other=$2 a b

	shift 2
	a=$(total "$counter" "${stat_ends[@]}")
	b=$(total "$other" "$@")
	[ "$a" -eq "$b" ] ||
		wrong+=("$counter of all ends is $a, $other of $* is $b")
}

# --- events ----------------------------------------------------------------

# Whether a monitor is there already is to be seen when something happens.
poke_monitor()
{
	vifmap dev set vifmap0 learn 1
	vifmap dev set vifmap0 learn 0
	[ -s "$1" ]
}

# Events as JSON, a line each, in $tmp/events from now on
start_monitor()
{
	: >"$tmp/events"
	background host vifmap -j monitor >"$tmp/events"
	wait_until poke_monitor "$tmp/events"
}

# interface_count PLACE DEVICE: packets received and sent, bytes likewise
interface_count()
{
	at "$1" sed -nE "s/^ *$2: *//p" /proc/net/dev |
		{ read -r rb rp _ _ _ _ _ _ tb tp _ &&
			echo "rx $rp $rb tx $tp $tb"; }
}

# --- TCP -------------------------------------------------------------------

# In each place an address, and the MTU
tcp_start()
{
	local mtu=$1 place number=0 dev

	need_commands ss
	for place in host wire "${vifs[@]}"; do
		number=$((number + 1))
		v4[$place]=192.0.2.$number dev=eth0
		[ "$place" != wire ] || dev=wire0
		must ip -n "$prefix$place" address add "${v4[$place]}/24" \
			dev $dev
		must ip -n "$prefix$place" link set $dev mtu "$mtu"
		[[ " ${vifs[*]} " != *" $place "* ]] ||
			must ip link set "$place" mtu "$mtu"
	done
}

# tcp_transfer FROM TO BYTES SEGMENT: every byte arrives, as it was sent, and
# hardly a segment is sent twice. None is lost, but a machine that is slow may
# find that a timer has run out.
tcp_transfer()
{
	local out received bytes=$3 most=$(($3 / $4 / 20))

	port=$((port + 1))
	background "$2" stream recv "$port" >"$tmp/received"
	must wait_until listening "$2" "$port"
	out=$(at "$1" stream send "${v4[$2]}" "$port" "$bytes" retransmits)
	wait_until has_line bytes "$tmp/received"
	received=$(<"$tmp/received")
	[ "${out%,*}; $received" = "$bytes bytes; $bytes bytes" ] &&
		[ "${out#*, }" -le "$most" ]
	result $? "$1 to $2" "sent $out times again (at most $most)" \
		"received $received"
}

# tcp_matrix MTU BYTES: between every two places
tcp_matrix()
{
	local from to mtu=$1 port=5000 end places=(wire host "${vifs[@]}")
	local dev
	declare -A v4

	tcp_start "$mtu"
	for to in "${places[@]}"; do
		dev=eth0
		[ "$to" != wire ] || dev=wire0
		start_capture "$to" $dev "$mtu"
	done
	for from in "${places[@]}"; do
		for to in "${places[@]}"; do
			[ "$from" = "$to" ] ||
				tcp_transfer "$from" "$to" "$2" $((mtu - 52))
		done
	done
	check_sums
	for end in "${places[@]}"; do
		is "$end: no drop" \
			"${stats[$end.drop-mtu]} ${stats[$end.drop-queue]}" \
			"0 0"
	done
}

# captured PLACE whole|cut: no wrong checksum; larger frames arrive, or do not
captured()
{
	local larger=none

	end_capture "$1"
	[ "${seen[larger]}" -eq 0 ] || larger=some
	is "$1, large frames $2: $reply" \
		"$larger ${seen[bad]} ${seen[lost]}" \
		"$([ "$2" = cut ] && echo none || echo some) 0 0"
}

# --- refusals --------------------------------------------------------------

# Sets state: everything that vifmap and ip know of this namespace, but for what
# changes by itself: the kernel brings a device's carrier, and what follows from
# it, up to date some time after the device came up.
get_state()
{
	state=$(vifmap -d -b - <<<$'dev show\nport show\nmac show'
		ip -d link)
	while [[ $state =~ \ idle\ [0-9]+ ]]; do
		state=${state/"${BASH_REMATCH[0]}"/}
	done
	while [[ $state =~ \ (state\ [A-Z]+|qdisc\ [a-z_]+)\  ]]; do
		state=${state//"${BASH_REMATCH[0]}"/ }
	done
	state=${state//NO-CARRIER,/}
	state=${state//,LOWER_UP/}
}

# refused PATTERN STATUS COMMAND...: one line that matches, and no change
refused()
{
	local pattern=$1 want=$2 before lines status wrong=()

	shift 2
	get_state
	before=$state
	"$@" >/dev/null 2>"$tmp/refused"
	status=$?
	get_state
	mapfile -t lines <"$tmp/refused"
	[ $status -eq "$want" ] || wrong+=("status $status instead of $want")
	[ ${#lines[@]} -eq 1 ] || wrong+=("${#lines[@]} lines instead of one")
	[[ ${lines-} =~ $pattern ]] || wrong+=("no match: $pattern")
	[ "$before" = "$state" ] || wrong+=("it changed something:"
		"$(diff <(echo "$before") <(echo "$state"))")
	[ ${#wrong[@]} -eq 0 ]
	result $? "refused: $*" ${wrong[@]+"${wrong[@]}"} ${lines[@]+"${lines[@]}"}
}

# --- links -----------------------------------------------------------------

# What must not change on a pdev whatever vifmap does
link_state()
{
	ip -d link show dev "$1" | sed -nE \
		'1s/.*(<[^>]*>).*( state [A-Z]+).*/\1\2/p;
		s/.*(promiscuity [0-9]+).*/\1/p'
	ip -o link show dev "$1" | sed -nE 's/.*link\/ether ([^ ]+).*/\1/p'
}

promiscuity()
{
	ip -d link show dev "$1" | sed -nE 's/.*promiscuity ([0-9]+).*/\1/p'
}

allmulti()
{
	ip -d link show dev "$1" | sed -nE 's/.*allmulti ([0-9]+).*/\1/p'
}

# port_state DEVICE: what only being a vif or a pdev changes of it
port_state()
{
	ip -d link show dev "$1" | sed -nE \
		's/.*(promiscuity [0-9]+).*/\1/p;
		s/.*(allmulti [0-9]+).*/\1/p;
		s/.* master ([^ ]+).*/\1/p'
}

# is_up DEVICE: up, with a carrier
is_up() { ip -o link show dev "$1" | grep -q '<.*LOWER_UP.*> .* state U'; }

# The operational state follows flags and carrier some time later.
is_settled() { ip -o link show dev "$1" | grep -q ' state UP '; }

has_no_carrier() { ip -o link show dev "$1" | grep -q '<NO-CARRIER'; }

has_link() { ip link show dev "$1" >/dev/null 2>&1; }

has_no_link() { ! has_link "$1"; }

address_of() { ip -o link show dev "$1" | sed -E 's/.*ether ([^ ]*).*/\1/'; }

master_of()
{
	ip -o link show dev "$1" | sed -nE 's/.* master ([^ ]+).*/\1/p'
}
