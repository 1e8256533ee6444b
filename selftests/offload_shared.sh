#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A frame that somebody else still holds is not changed: pktgen sends the same
# one ten times over, and each time it arrives as it is. It does so only as long
# as nobody else holds the frame either, which a queue does and one that drops
# everything does not; so what has become of the frame shows when it comes again.
#
#   wire0 ---- eth0 (vifmap0)   host    pktgen: as if from the wire, as if from
#    wire       |  |                    v0, and from the host
#              v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

count=40

# tell FILE COMMAND...
tell()
{
	local file=/proc/net/pktgen/$1

	shift
	echo "$*" >"$file"
}

# generate NAME DEVICE MODE SRC DST RECEIVER [N]: the receiver gets all or N
generate()
{
	local name=$1 device=$2 mode=$3 src=$4 dst=$5 to=$6 got=${7-$count}
	local burst=10 word

	[ "$mode" = netif_receive ] || burst=1
	must tell kpktgend_0 rem_device_all
	must tell kpktgend_0 add_device "$device"
	for word in "count $count" "clone_skb 0" 'pkt_size 60' 'delay 0' \
		"xmit_mode $mode" "burst $burst" "dst_mac $dst" "src_mac $src" \
		'dst_min 192.0.2.1' 'dst_max 192.0.2.1'; do
		must tell "$device" "$word"
	done
	start_capture "$to" eth0 1500
	must tell pgctrl start
	must ask count
	end_capture "$to"
	is "$name: $reply" "${seen[frames]} ${seen[bad]}" "$got 0"
	[ "$got" -eq 0 ] || is "$name: length" "${seen[largest]}" 46
}

# drop_all DEVICE: whatever is put into its queue
drop_all() { must tc qdisc add dev "$1" root netem loss 100%; }

modprobe -q -a pktgen sch_netem || skip "no pktgen or no netem"
need_commands tc
topology veth veth
[ -e /proc/net/pktgen/kpktgend_0 ] || skip "no pktgen"
generate "from the wire" eth0 netif_receive "${mac[wire]}" "${mac[v0]}" v0
counted "counted" v0.tx-packets=$count v0.tx-bytes=$((count * 60))
generate "from a vif" v0 netif_receive "${mac[v0]}" "${mac[v1]}" v1
counted "counted" v1.tx-packets=$count v1.tx-bytes=$((count * 60))
generate "from the host" eth0 queue_xmit "${mac[host]}" "${mac[v0]}" v0
counted "counted" v0.tx-packets=$count v0.tx-bytes=$((count * 60))

drop_all v0
generate "from the wire, to be dropped" eth0 netif_receive "${mac[wire]}" \
	"${mac[v0]}" v0 0
counted "each as long as it was" wire.rx-bytes=$((count * 60))
drop_all v1
generate "from a vif, to be dropped" v0 netif_receive "${mac[v0]}" \
	"${mac[v1]}" v1 0
counted "each as long as it was" v0.rx-bytes=$((count * 60))
check_sums
finish
