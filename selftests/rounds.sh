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
before=$(link_state eth0)
wanted=100

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

listening() { ss -Htln | grep -q ":5001 "; }

start_traffic()
{
	background host stream recv 5001 >"$tmp/received"
	must wait_until listening
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

check "no ping was lost" grep -q ' 0% packet loss' "$tmp/ping"
grep 'packets transmitted' "$tmp/ping" | sed 's/^/# /'
wait_until has_line bytes "$tmp/received"
sent=$(<"$tmp/sent")
echo "# $sent"
is "the stream is intact" "$(<"$tmp/received")" "${sent%,*}"
is "and nothing of it was lost" "${sent#*, }" "0 lost"
is "flags, carrier, operstate, promiscuity never changed" $changes 0
is "nor in the end" "$(link_state eth0)" "$before"
finish
