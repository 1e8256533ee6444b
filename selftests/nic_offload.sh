#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP and UDP over a NIC with and without its offloads: every byte arrives as it
# was sent, tagged or not, large frames cross whole where they may, none on the
# wire exceeds the MTU, and no checksum is bad.
#
#   wire0 ==== eth0 (vifmap0)   host; two NICs, joined by their cables
#    wire       |
#              v0
#             veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ethtool ss tcpdump
driver=${driver-virtio_net}
nic_build "$driver" veth
[ "$driver" != vmxnet3 ] || must ethtool -K eth0 lro off
attach_vifs
read_stats
set_mark
declare -A v4=([wire]=192.0.2.1 [host]=192.0.2.2 [v0]=192.0.2.3)
declare -A dev=([wire]=wire0 [host]=eth0 [v0]=eth0)
size=1500000 port=5000
for place in "${!v4[@]}"; do
	must ip -n "$prefix$place" address add "${v4[$place]}/24" \
		dev "${dev[$place]}"
	[ $place = host ] || background "$place" datagrams serve 4000
done

# switch PLACE on|off FEATURE...: those that the driver lets be switched
switch()
{
	local place=$1 state=$2 feature

	shift 2
	for feature; do
		at "$place" ethtool -K "${dev[$place]}" "$feature" "$state" \
			>/dev/null 2>&1
	done
}

# The wire's end merges nothing and trusts nobody: it sees what was on the wire.
switch wire off lro gro rx
offloads=(rx tx sg tso gso gro)

# Frames that are longer than the MTU, as they arrive at a place
watch_large()
{
	local dev=${dev[$1]}

	background "$1" tcpdump -l -n -t -q -Q in -i "$dev" \
		'greater 1519 and ip' >"$tmp/large.$1" 2>"$tmp/tcpdump.$1"
	must wait_until has_line 'listening on' "$tmp/tcpdump.$1"
}

listening() { at "$1" ss -Htln | grep -q ":$2 "; }

bad_sums()
{
	at "$1" awk '/^(Tcp|Udp): / && head[$1] == "" { head[$1] = $0; next }
		/^(Tcp|Udp): / {
			split(head[$1], name)
			for (i in name)
				if (name[i] == "InCsumErrors")
					sum += $i
		}
		END { print sum + 0 }' /proc/net/snmp
}

# tcp NAME FROM TO [ADDRESS]
tcp()
{
	local out

	port=$((port + 1))
	background "$3" stream recv $port >"$tmp/received"
	must wait_until listening "$3" $port
	out=$(at "$2" stream send "${4-${v4[$3]}}" $port $size)
	wait_until has_line bytes "$tmp/received"
	is "$1: TCP, $2 to $3" "$out; $(<"$tmp/received")" \
		"$size bytes; $size bytes"
}

# udp NAME FROM TO SPEC...: count, length and, to be cut late, segments
udp()
{
	local name=$1 from=$2 to=$3 spec

	shift 3
	for spec; do
		# shellcheck disable=SC2086 # count, length, segments
		is "$name: UDP, $from to $to, $spec" \
			"$(at "$from" datagrams ask "${v4[$to]}" 4000 $spec 2>&1)" \
			"${spec%% *} datagrams"
	done
}

transfers()
{
	tcp "$1" wire v0
	tcp "$1" v0 wire
	tcp "$1" v0 host
	tcp "$1" host v0
	udp "$1" v0 wire "10 1" "10 1472" "5 20000"
}

watch_large wire
watch_large v0
transfers "all on"
udp "all on" v0 wire "40 1200 20"
check "large frames reached v0 whole" has_line . "$tmp/large.v0"
switch host off "${offloads[@]}"
transfers "NIC without"
udp "NIC without" v0 wire "40 1200 20"
tcp "NIC without" host wire
switch v0 off "${offloads[@]}"
transfers "both without"
switch host on "${offloads[@]}"
transfers "guest without"
tcp "guest without" host wire
# vlan NAME PLACE DEVICE ADDRESS TYPE...: a VLAN device
vlan()
{
	local name=$1 place=$2 dev=$3 address=$4

	shift 4
	must at "$place" ip -batch - <<END
link add link $dev name $name type vlan $*
link set $name up
address add $address/24 dev $name
END
}

# tagged NAME WIRE V0: between two addresses of VLAN devices
tagged()
{
	local state

	for state in off on; do
		switch host $state "${offloads[@]}"
		tcp "$1, NIC $state" v0 wire "$2"
		tcp "$1, NIC $state" wire v0 "$3"
	done
}

must vifmap port set v0 trunk on
switch v0 on "${offloads[@]}"
vlan in7 wire wire0 198.51.100.1 id 7
vlan in7 v0 eth0 198.51.100.3 id 7
tagged "VLAN 7" 198.51.100.1 198.51.100.3
# The emulated vmxnet3 strips 802.1ad tags, too, and says they were 802.1Q's.
if [ "$driver" != vmxnet3 ]; then
	vlan out8 wire wire0 192.0.0.1 proto 802.1ad id 8
	vlan out8 v0 eth0 192.0.0.3 proto 802.1ad id 8
	vlan in9 wire out8 203.0.113.1 id 9
	vlan in9 v0 out8 203.0.113.3 id 9
	must at wire ip link set in9 mtu 1496
	must at v0 ip link set in9 mtu 1496
	tagged "VLAN 9 in 8" 203.0.113.1 203.0.113.3
fi
is "frames on the wire that are too large" "$(<"$tmp/large.wire")" ""
for place in wire host v0; do
	is "$place: bad checksums" "$(bad_sums $place)" 0
done
read_stats
for end in wire host v0; do
	is "$end: no drop" "${stats[$end.drop-mtu]} ${stats[$end.drop-lro]}" \
		"0 0"
done
check_sums
finish
