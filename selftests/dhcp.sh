#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# DHCP and IPv6 autoconfiguration work wherever the server is: on the wire, in a
# guest, on the host. Everybody else gets an address of each kind from it.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands dnsmasq busybox sysctl
topology veth veth
declare -A dev=([wire]=wire0 [host]=eth0 [v0]=eth0 [v1]=eth0)
places=(wire host v0 v1)

cat >"$tmp/got" <<'END'
#!/bin/sh
[ "$1" != bound ] || echo "address $ip from $serverid"
END
chmod +x "$tmp/got"

# start_server PLACE NUMBER
start_server()
{
	must ip -n "$prefix$1" address add "192.0.$2.1/24" dev "${dev[$1]}"
	must ip -n "$prefix$1" address add "fd00:$2::1/64" dev "${dev[$1]}" \
		nodad
	must ip -n "$prefix$1" address add "fe80::$2/64" dev "${dev[$1]}" nodad
	background "$1" dnsmasq --conf-file=/dev/null --keep-in-foreground \
		--no-hosts --no-resolv --port=0 --user=root --no-ping \
		--interface="${dev[$1]}" --bind-interfaces \
		--dhcp-authoritative --pid-file="$tmp/pid" \
		--dhcp-leasefile="$tmp/leases" --log-facility=- \
		--dhcp-range="192.0.$2.100,192.0.$2.200,1h" \
		--enable-ra --dhcp-range="fd00:$2::,ra-only" \
		>"$tmp/dnsmasq" 2>&1
	server=$!
	must wait_until has_line 'DHCP, IP range' "$tmp/dnsmasq"
}

# get_lease PLACE [OPTION]...
get_lease()
{
	at "$1" busybox udhcpc -f -q -n -t 20 -T 1 -s "$tmp/got" \
		-i "${dev[$1]}" "${@:2}" 2>"$tmp/udhcpc" | sed -n '/^address/p'
}

# With an address of its own, which comes when the kernel is told to make one, a
# node asks for routers.
ask_for_router()
{
	local name=net.ipv6.conf.${dev[$1]}.addr_gen_mode

	must ip -n "$prefix$1" -6 address flush dev "${dev[$1]}"
	must at "$1" sysctl -q -w "$name=1"
	must at "$1" sysctl -q -w "$name=0"
}

has_global()
{
	at "$1" ip -6 -o address show dev "${dev[$1]}" scope global |
		grep -q " fd00:$2:"
}

# lease NAME CLIENT [OPTION]...
lease()
{
	check "$1" grep -q \
		"^address 192.0.$number.[12][0-9]* from 192.0.$number.1\$" \
		<(get_lease "${@:2}")
}

number=1
for server_at in wire v1 host; do
	number=$((number + 1))
	start_server $server_at $number
	all_but $server_at "${places[@]}"
	for client in "${others[@]}"; do
		lease "server on $server_at, client on $client" "$client"
		ask_for_router "$client"
	done
	[ $server_at != wire ] || lease "an answer by broadcast" v0 -B
	for client in "${others[@]}"; do
		check "advertised by $server_at, $client takes it" \
			wait_until has_global "$client" $number
	done
	kill $server
	wait $server
	must ip -n "$prefix$server_at" address flush dev "${dev[$server_at]}"
done
check_sums
finish
