#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Machine: icount
# Packages: iproute2 iptables openvswitch-switch ethtool kmod util-linux
#
# table-c.sh OUTDIR - the measurement of 2009: how many small UDP datagrams a
# guest can send to the wire, as a share of what it could without any switch,
# and how often the kernel changes from one thread to another for each. The
# guest's card is a process, see guestnic.c.
set -u

# shellcheck source=tools/bench/tables.sh
. "$(dirname "$(realpath "$0")")/tables.sh"

count=$(usual 20000 4000)
runs=3
# What was measured then, as a share
declare -A then=([bridge]=0.43 [raw]=0.53)

# shellcheck disable=SC2016 # awk is to expand it
received() { at wire awk '$1 == "wire0:" { print $3 }' /proc/net/dev; }

# Sets backend: where the card of the guest hands its frames to
choose_backend()
{
	local number

	case $1 in
	none) backend=(wire tap wire0) ;;
	raw) backend=(host raw eth0) ;;
	macvlan)
		number=$(at host ip -oneline link show dev v0 |
			sed 's/:.*//')
		backend=(host chr "/dev/tap$number") ;;
	*) backend=(host tap v0) ;;
	esac
}

# one_run: prints nanoseconds, changes of thread, and frames that arrived
one_run()
{
	local before line pid

	coproc nic {
		exec guestnic "$prefix${backend[0]}" "${backend[1]}" \
			"${backend[2]}" $mac_wire "$(guest_mac 0)" "$count"
	}
	pid=$!
	read -r line <&"${nic[0]}" || die "guestnic does not start"
	[ "${backend[1]}" != tap ] || until settled "${backend[0]}" \
		"${backend[2]}"; do sleep 0.01; done
	before=$(received)
	echo >&"${nic[1]}"
	read -r line <&"${nic[0]}" || die "guestnic has ended"
	wait $pid
	sleep 0.1 # what is still in a queue
	echo "$line $(($(received) - before))"
}

# Of the run in the middle: datagrams a second, loss, and changes for each
summary()
{
	sort -n | awk -v count="$count" '
	{ ns[NR] = $1; switches[NR] = $2; arrived[NR] = $3 }
	END {
		i = int((NR + 1) / 2)
		# The host may have said something, too
		lost = arrived[i] < count ? count - arrived[i] : 0
		printf "%.0f %.2f %.4f\n", (count - lost) * 1e9 / ns[i],
			100 * lost / count, switches[i] / count
	}'
}

measure()
{
	local i pps loss changes

	choose_backend "$1"
	for ((i = 0; i < runs; i++)); do
		one_run || exit
	done >"$work/runs"
	read -r pps loss changes < <(summary <"$work/runs")
	[ "$1" != none ] || best=$pps
	row "${label[$1]}" "$pps" \
		"$(awk -v a="$pps" -v b="$best" 'BEGIN { printf "%.3f", a / b }')" \
		"$loss" "$changes" "${then[$1]-}"
}

label[none]='no switch'
label[bridge]='tap + bridge'
label[bridge-nf]='tap + bridge + br_netfilter'
label[macvlan]='macvtap'
label[raw]='AF_PACKET on the card'
note "guestnic NETNS tap|chr|raw DEV DSTMAC SRCMAC $count, $runs runs"
table C-guest "peer,pps,share,loss_percent,switches_per_packet,share_2009"
for name in $(chosen none vifmap macvlan raw tc bridge bridge-nf ovs); do
	say "${label[$name]}: $runs times $count datagrams from a guest"
	case "$name" in
	raw) bench_build plain tap 0 ;;
	*) bench_build "$name" tap 1 ;;
	esac
	measure "$name"
	bench_remove
done
