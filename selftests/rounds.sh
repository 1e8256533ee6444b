#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A hundred rounds of create, attach, detach, delete on a pdev in use: a ping of
# a thousand packets a second and a TCP stream on it lose nothing, and nothing
# of the pdev changes.
#
#   wire0 ---- eth0 (vifmap0 comes and goes)   host
#    wire       |  |
#    ping      v0  v1
#    TCP      veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands ping ss
build veth tap
must ip address add 192.0.2.2/24 dev eth0
must ip -n "${prefix}wire" address add 192.0.2.1/24 dev wire0
must ip neigh add 192.0.2.1 lladdr "${mac[wire]}" dev eth0
must ip -n "${prefix}wire" neigh add 192.0.2.2 lladdr "${mac[host]}" dev wire0
must wait_until is_settled eth0
before=$(link_state eth0)
declare -A dev=([wire]=wire0 [host]=eth0)
wanted=100

# count_of PLACE COUNTER: of its device, or of IP
count_of()
{
	local names values i

	case $2 in
	rx_packets) interface_count "$1" "${dev[$1]}" | cut -d ' ' -f 2 ;;
	tx_packets) interface_count "$1" "${dev[$1]}" | cut -d ' ' -f 5 ;;
	*)
		{ read -r -a names && read -r -a values; } \
			< <(at "$1" grep ^Ip: /proc/net/snmp)
		for i in "${!names[@]}"; do
			[ "${names[i]}" != "$2" ] || echo "${values[i]}"
		done ;;
	esac
}

round_lines()
{
	cat <<-'END'
	link add link eth0 name vifmap0 type vifmap
	link set vifmap0 up
	link set v0 master vifmap0
	link set v1 master vifmap0
	link set v0 nomaster
	link del vifmap0
	END
}

start_traffic()
{
	receive_stream host 5001 "$tmp/received"
	background wire stream send 192.0.2.2 5001 0 >"$tmp/sent" 2>&1
	stream=$!
	background wire ping -q -n -i 0.001 -c 5000 192.0.2.2 >"$tmp/ping" 2>&1
	ping=$!
}

# Ten rounds at a time, so that the pdev can be looked at between them.
start_traffic
rounds=0 changes=0
while [ $rounds -lt $wanted ] || kill -0 $ping 2>/dev/null; do
	for _ in {1..10}; do
		round_lines
	done >"$tmp/rounds"
	must ip -batch "$tmp/rounds"
	rounds=$((rounds + 10))
	[ "$(link_state eth0)" = "$before" ] || changes=$((changes + 1))
done
echo "# $rounds rounds"
wait $ping
kill $stream
wait $stream

# Every IP packet that one side has sent to its device the other side has had
# from its own; neighbours are static, so there is nothing else.
same_count()
{
	is "$1" "$(count_of "$2" "$3")" "$(count_of "$4" "$5")"
}

check "no ping was lost" grep -q ' 0% packet loss' "$tmp/ping"
grep 'packets transmitted' "$tmp/ping" | sed 's/^/# /'
wait_until has_line bytes "$tmp/received"
is "the stream is intact" "$(<"$tmp/received")" "$(<"$tmp/sent")"
sed 's/^/# /' "$tmp/sent"
same_count "wire's IP to its device" wire OutRequests wire tx_packets
same_count "over the wire to the pdev" wire tx_packets host rx_packets
same_count "from the pdev to the host's IP" host rx_packets host InReceives
same_count "the host's IP to the pdev" host OutRequests host tx_packets
same_count "over the wire" host tx_packets wire rx_packets
same_count "to the wire's IP" wire rx_packets wire InReceives
is "flags, carrier, operstate, promiscuity never changed" $changes 0
is "nor in the end" "$(link_state eth0)" "$before"
finish
