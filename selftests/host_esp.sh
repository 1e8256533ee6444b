#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the host encrypts is encrypted when a guest gets it: with ESP's offload
# loaded that is done when a driver is about to get the frame, and no sooner.
#
#   wire0 ---- eth0 (vifmap0)   host, with ESP to each of the others
#    wire       |  |
#              v0  v1
#             veth nic

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/streams.sh
. "$here/lib/streams.sh"

need_commands ping tcpdump
modprobe -q -a esp4 esp4_offload xfrm_user || skip "no ESP with offload"
# shellcheck disable=SC2034 # for topology
nic[v1]='vnet_hdr csum tso'
topology veth nic
give_v4

# What is sent in clear has this in it.
clear=vifmap-in-clear!
pattern=$(printf %s "$clear" | od -An -v -tx1 | tr -d ' \n')

# sa FROM TO: the same at both ends
sa()
{
	echo "xfrm state add src ${v4[$1]} dst ${v4[$2]} proto esp" \
		"spi 0x10${v4[$1]##*.}${v4[$2]##*.} mode transport" \
		"auth-trunc hmac(sha256) 0x$(printf '5a%.0s' {1..32}) 128" \
		"enc cbc(aes) 0x$(printf 'a5%.0s' {1..16})"
}

# policy FROM TO in|out
policy()
{
	echo "xfrm policy add src ${v4[$1]} dst ${v4[$2]} dir $3" \
		"tmpl src ${v4[$1]} dst ${v4[$2]} proto esp mode transport"
}

others=(wire v0 v1)
for place in "${others[@]}"; do
	must ip -n "$prefix$place" -batch - <<-END
		$(sa host "$place")
		$(sa "$place" host)
		$(policy host "$place" in)
		$(policy "$place" host out)
	END
	must ip -batch - <<-END
		$(sa host "$place")
		$(sa "$place" host)
		$(policy "$place" host in)
		$(policy host "$place" out)
	END
done

declare -A capture
for place in v0 v1; do
	background "$place" tcpdump -U -i eth0 -w "$tmp/pcap-$place" \
		2>"$tmp/tcpdump-$place"
	capture[$place]=$!
	must wait_until has_line 'listening on' "$tmp/tcpdump-$place"
done
for place in "${others[@]}"; do
	check "the host reaches $place" ping -q -n -c 3 -i 0.01 -W 10 \
		-s 64 -p "$pattern" "${v4[$place]}"
	check "$place reaches the host" at "$place" ping -q -n -c 3 -i 0.01 \
		-W 10 -s 64 -p "$pattern" "${v4[host]}"
done
esp_of_the_host()
{
	tcpdump -n -r "$tmp/pcap-$1" "esp and src ${v4[host]}" 2>/dev/null
}
all_there() { [ "$(esp_of_the_host "$1" | wc -l)" -ge 6 ]; }
for place in v0 v1; do
	check "$place gets ESP" wait_until all_there "$place"
	must kill "${capture[$place]}"
	wait "${capture[$place]}"
	is "once" "$(esp_of_the_host "$place" | wc -l)" 6
	is "and nothing in clear" "$(grep -c "$clear" "$tmp/pcap-$place")" 0
done
for place in v0 v1; do
	tcp "large segments" host $place "${v4[$place]}"
	tcp "and back" $place host "${v4[host]}"
done
no_drops queue
finish
