# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# counters.sh - the counters, and that they account for every frame

declare -A stats mark
stat_ends=()

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

# shellcheck disable=SC2317 # called by wait_until
stats_stand_still()
{
	local before="${stats[*]}"

	read_stats
	[ "${stats[*]}" = "$before" ]
}

# A reading in the middle of traffic has seen a frame at one of its ends alone.
check_sums()
{
	local end n wrong=()

	read_stats
	wait_until stats_stand_still || wrong+=("there is no end of traffic")
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

# no_drops REASON...: not one frame was dropped for these reasons, at any end
no_drops()
{
	local reason end wrong=()

	must read_stats
	for reason; do
		for end in "${stat_ends[@]}"; do
			[ "${stats[$end.drop-$reason]}" -eq 0 ] || wrong+=(
				"$end: ${stats[$end.drop-$reason]} for $reason")
		done
	done
	[ ${#wrong[@]} -eq 0 ]
	result $? "no drop for $*" ${wrong[@]+"${wrong[@]}"}
}

# interface_count PLACE DEVICE: packets received and sent, bytes likewise
interface_count()
{
	at "$1" sed -nE "s/^ *$2: *//p" /proc/net/dev |
		{ read -r rb rp _ _ _ _ _ _ tb tp _ &&
			echo "rx $rp $rb tx $tp $tb"; }
}
