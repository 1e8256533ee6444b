# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# streams.sh - TCP streams, and captures that judge what arrives of them

# seen: what the capture that has ended saw, by the words in capture.c
declare -A capture_pid seen
declare -A stream_sender
tcp_port=5000

# listening PLACE PORT
listening() { at "$1" ss -Htln | grep -q ":$2 "; }

# receive_stream PLACE PORT FILE: from now on; the file says how it ended
receive_stream()
{
	background "$1" stream recv "$2" >"$3"
	must wait_until listening "$1" "$2"
}

# transfer FROM TO ADDRESS BYTES: TO has this address. Sets sent and received to
# what the two ends say, and again to how many segments were sent twice.
transfer()
{
	tcp_port=$((tcp_port + 1))
	receive_stream "$2" $tcp_port "$tmp/received"
	sent=$(at "$1" stream send "$3" $tcp_port "$4" retransmits)
	wait_until has_line byte "$tmp/received"
	received=$(<"$tmp/received")
	again=${sent#*, } sent=${sent%,*}
}

# tcp NAME FROM TO ADDRESS [BYTES]: every byte arrives, as it was sent
tcp()
{
	local bytes=${5-500000} sent received again

	transfer "$2" "$3" "$4" "$bytes"
	is "$1: TCP, $2 to $3" "$sent; $received" "$bytes bytes; $bytes bytes"
}

# tcp_once FROM TO BYTES SEGMENT: the same, and hardly a segment is sent twice.
# None is lost, but a machine that is slow may find that a timer has run out.
tcp_once()
{
	local bytes=$3 most=$(($3 / $4 / 20)) sent received again

	transfer "$1" "$2" "${v4[$2]}" "$bytes"
	[ "$sent; $received" = "$bytes bytes; $bytes bytes" ] &&
		[ "$again" -le "$most" ]
	result $? "$1 to $2" "sent $sent, $again segments again (at most $most)" \
		"received $received"
}

# received PLACE PORT: bytes, by the TCP connection to that port
received()
{
	at "$1" ss -Htin "sport = :$2" | sed -nE \
		's/.* bytes_received:([0-9]+).*/\1/p' | head -n 1
}

# received_more PLACE PORT BYTES
received_more() { [ "$(received "$1" "$2")" -gt "$3" ]; }

# start_stream FROM TO ADDRESS PORT: until end_stream PORT
start_stream()
{
	receive_stream "$2" "$4" "$tmp/received.$4"
	background "$1" stream send "$3" "$4" 0 >"$tmp/sent.$4"
	stream_sender[$4]=$!
	must wait_until received_more "$2" "$4" 100000
}

end_stream()
{
	kill "${stream_sender[$1]}"
	wait_until has_line bytes "$tmp/received.$1"
	wait_until has_line bytes "$tmp/sent.$1"
	is "port $1: all that was sent arrived" "$(<"$tmp/received.$1")" \
		"$(<"$tmp/sent.$1")"
}

set_mtu()
{
	local mtu=$1 place

	must ip -n "${prefix}wire" link set wire0 mtu "$mtu"
	must ip link set eth0 mtu "$mtu"
	for place in "${vifs[@]}"; do
		must ip -n "$prefix$place" link set eth0 mtu "$mtu"
		must ip link set "$place" mtu "$mtu"
	done
}

# tcp_matrix MTU BYTES: between every two places, with a capture at each
tcp_matrix()
{
	local from to mtu=$1 bytes=$2 places=(wire host "${vifs[@]}") dev

	need_commands ss
	set_mtu "$mtu"
	give_v4
	for to in "${places[@]}"; do
		dev=eth0
		[ "$to" != wire ] || dev=wire0
		start_capture "$to" $dev "$mtu"
	done
	for from in "${places[@]}"; do
		for to in "${places[@]}"; do
			[ "$from" = "$to" ] ||
				tcp_once "$from" "$to" "$bytes" $((mtu - 52))
		done
	done
	check_sums
	no_drops mtu queue
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
