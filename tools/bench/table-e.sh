#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Machine: icount
# Packages: iproute2 kmod util-linux
#
# table-e.sh OUTDIR - what grows with what: the cost of a frame with the number
# of addresses and of vifs, a flood with the number of those that get it, time
# and memory for many vifs and addresses. Costs include those of sending and
# receiving, which are the same for all. CPUs are in table-e2.sh.
set -u

# shellcheck source=tools/bench/tables.sh
. "$(dirname "$(realpath "$0")")/tables.sh"

frames=$(usual 2000 400)
floods=$(usual 50 20)
entries=$(usual '1 16 256 4096 65536' '1 256 4096')
vif_numbers=$(usual '1 10 100 300' '1 10 50')
batch=$(usual 1000 100)
most=${entries##* }

# cost TO DSTMAC COUNT [ADDRESSES]: sets cost to nanoseconds for a frame from the
# wire to that guest, and lost to percent
cost()
{
	local pps

	pps=$(packets full "${prefix}wire" wire0 $mac_wire \
		"$prefix$(guest_place "$1")" "g$1" "$2" 64 "$3" 0 "${4-1}") ||
		exit
	IFS=, read -r _ pps lost <<<"$pps"
	cost=$(awk -v pps="$pps" 'BEGIN { printf "%.0f", pps ? 1e9 / pps : 0 }')
}

# Sets address to number N; a subshell for each would take longer than the rest.
address()
{
	printf -v address 02:01:00:%02x:%02x:%02x $(($1 >> 16)) \
		$(($1 >> 8 & 255)) $(($1 & 255))
}

# --- memory and time -------------------------------------------------------

# Bytes of objects in the slab caches but those that come and go with files and
# processes, of what was too large for a slab (by which the slabs are less than
# meminfo says), of processors' areas and of vmalloc. A cache may have the name
# of another that it was merged with.
memory()
{
	sleep 1 # what is freed by and by
	awk -v files='dentry|inode|radix|buffer_head|vm_area|anon_vma|maple' '
	FILENAME == "/proc/meminfo" {
		if ($1 ~ /^(Slab|Percpu|VmallocUsed):$/)
			sum += $2 * 1024
		next
	}
	FNR > 2 {
		sum -= $15 * $6 * 4096
		if ($1 !~ files)
			sum += $2 * $4
	}
	END { printf "%.0f\n", sum }' /proc/meminfo /proc/slabinfo
}

# Sets milliseconds to what the processor was busy with this command.
timed()
{
	local before after

	read -r _ before < <(busy)
	must "$@"
	read -r _ after < <(busy)
	milliseconds=$(((after - before) / 1000000))
}

# --- entries ---------------------------------------------------------------

entry_lines_vifmap()
{
	local i

	for ((i = $1; i < $2; i++)); do
		address "$i"
		echo "mac add $address vif v0"
	done
}

entry_lines_bridge()
{
	local i

	for ((i = $1; i < $2; i++)); do
		address "$i"
		echo "fdb add $address dev v0 master static"
	done
}

add_entries_vifmap() { at host vifmap -b "$work/lines"; }
add_entries_bridge() { at host bridge -batch "$work/lines"; }

# grow PEER: a frame for one of so many addresses behind the same vif
grow()
{
	local number known=0 before after sum=0 per=''

	bench_build "$1" veth 1
	[ "$1" != vifmap ] ||
		must at host vifmap dev set vifmap0 max-macs $((most + 1))
	before=$(memory)
	for number in $entries; do
		say "${label[$1]}: $number addresses"
		"entry_lines_$1" "$known" "$number" >"$work/lines"
		timed "add_entries_$1"
		sum=$((sum + milliseconds))
		known=$number
		address 0
		cost 0 "$address" "$frames" "$number"
		grown+=("${label[$1]},$number,$cost,$lost")
	done
	after=$(memory)
	per=$(awk -v b=$((after - before)) -v n="$known" \
		'BEGIN { printf "%.0f", b / n }')
	made+=("${label[$1]},address,$known,$sum,$per")
	bench_remove
}

# --- vifs ------------------------------------------------------------------

# A broadcast from the wire is for all, and how long one takes is divided by them.
spread()
{
	local number frame_cost

	for number in $vif_numbers; do
		say "${label[$1]}: $number vifs"
		bench_build "$1" veth "$number"
		[ "$1" != vifmap ] ||
			must at host vifmap dev set vifmap0 flood-rate 0
		cost $((number - 1)) "$(guest_mac $((number - 1)))" "$frames"
		frame_cost=$cost,$lost
		cost $((number - 1)) ff:ff:ff:ff:ff:ff "$floods"
		spreads+=("${label[$1]},$number,$frame_cost,$cost,$((cost /
			number)),$lost")
		[ "$number" != "${vif_numbers##* }" ] || storm "$1" "$number"
		bench_remove
	done
}

# A hundred broadcasts a second from the wire to so many vifs, for two seconds
storm()
{
	local share

	say "${label[$1]}: 100 broadcasts a second for $2 vifs"
	packets steady "${prefix}wire" wire0 $mac_wire \
		"$prefix$(guest_place $(($2 - 1)))" "g$(($2 - 1))" \
		ff:ff:ff:ff:ff:ff 64 200 100 >"$work/storm" &
	share=$(at "$(guest_place $(($2 - 1)))" busy "g$(($2 - 1))" 600 1000) ||
		exit
	wait $!
	IFS=, read -r lost _ <"$work/storm"
	storms+=("${label[$1]},$2,100,${share%% *},$lost")
}

# --- many at once ----------------------------------------------------------

# Devices without a driver, so that nothing but the switch is measured
dummies()
{
	local i

	for ((i = 0; i < batch; i++)); do
		echo "link add d$i type dummy"
	done | at host ip -batch -
}

attach_dummies_vifmap()
{
	local i

	for ((i = 0; i < batch; i++)); do
		address "$i"
		echo "attach d$i pdev eth0 mac $address"
	done >"$work/lines"
	timed at host vifmap -b "$work/lines"
}

attach_dummies_bridge()
{
	local i sum

	for ((i = 0; i < batch; i++)); do
		echo "link set d$i master br0"
	done >"$work/lines"
	timed at host ip -batch "$work/lines"
	sum=$milliseconds
	for ((i = 0; i < batch; i++)); do
		address "$i"
		echo "fdb add $address dev d$i master static"
	done >"$work/lines"
	timed at host bridge -batch "$work/lines"
	milliseconds=$((milliseconds + sum))
}

attach_many()
{
	local before after

	say "${label[$1]}: $batch vifs in one batch"
	bench_build "$1" veth 0
	must dummies
	[ "$1" != vifmap ] || must at host ip -batch - <<-END
	link add link eth0 name vifmap0 type vifmap
	link set vifmap0 up
	END
	before=$(memory)
	"attach_dummies_$1"
	after=$(memory)
	made+=("${label[$1]},vif with an address,$batch,$milliseconds,$(awk \
		-v b=$((after - before)) -v n="$batch" \
		'BEGIN { printf "%.0f", b / n }')")
	bench_remove
}

note "packets full NETNS wire0 SRCMAC NETNS gN DSTMAC 64 $frames 0 ADDRESSES"
note "packets steady NETNS wire0 SRCMAC NETNS gN ff:ff:ff:ff:ff:ff 64 200 100"
note "vifmap -b FILE; ip -batch FILE; bridge -batch FILE"
grown=() spreads=() storms=() made=()
load_modules dummy
for name in $(chosen vifmap bridge); do
	grow "$name"
	attach_many "$name"
	spread "$name"
done
table E-entries "peer,addresses,ns_per_frame,loss_percent"
rows "${grown[@]}"
table E-vifs "peer,vifs,unicast_ns,unicast_loss_percent,broadcast_ns,$(
	)ns_per_copy,broadcast_loss_percent"
rows "${spreads[@]}"
table E-flood "peer,vifs,broadcasts_per_second,busy_percent,loss_percent"
rows "${storms[@]}"
table E-made "peer,what,number,milliseconds,bytes_each"
rows "${made[@]}"
