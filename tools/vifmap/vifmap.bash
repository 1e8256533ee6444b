# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# bash completion for vifmap

# -n and the namespace, where the command line has one
_vifmap_netns=()

# All network devices that a user may attach something to, or attach
_vifmap_links()
{
	local path

	# /sys has those of this shell's namespace
	if [[ ${#_vifmap_netns[@]} -gt 0 ]]; then
		ip "${_vifmap_netns[@]}" -o link show 2>/dev/null |
			cut -d' ' -f2 | cut -d: -f1 | cut -d@ -f1
		return
	fi
	for path in /sys/class/net/*; do
		[[ -L $path ]] && echo "${path##*/}"
	done
}

# _vifmap_values KEY COMMAND...: the values of KEY in what COMMAND prints
_vifmap_values()
{
	local key=$1

	shift
	vifmap "${_vifmap_netns[@]}" -j "$@" show 2>/dev/null |
		grep -oE "\"$key\": ?\"[^\"]*\"" | sed 's/.*"\(.*\)"/\1/'
}

_vifmap_vifs() { _vifmap_values ifname port; }
_vifmap_macs() { _vifmap_values addr mac; }

# Who is refused may have to be let in.
_vifmap_refused() { _vifmap_values spoofed-addr port; }

_vifmap_devs() { _vifmap_values '(ifname|pdev)' dev; }

# _vifmap_value WORD: what may follow WORD; fails where it is no keyword
_vifmap_value()
{
	case $1 in
	spoofcheck|isolated|trunk|host|host-port) echo on off ;;
	delivery) echo auto queue ;;
	link-local) echo none stp lacp pae lldp ptp ;;
	learn|flood-rate|max-macs) ;;
	vif) _vifmap_vifs ;;
	dev|pdev) _vifmap_devs ;;
	mac) _vifmap_macs ;;
	*) return 1 ;;
	esac
}

_vifmap_port_options='spoofcheck isolated trunk learn link-local flood-rate
	delivery'
_vifmap_dev_options='max-macs learn flood-rate host host-port'

# _vifmap_attach WORD...: the words after attach
_vifmap_attach()
{
	case $# in
	0) _vifmap_links ;;
	*)
		case ${!#} in
		pdev) _vifmap_links ;;
		mac) _vifmap_refused ;;
		*) _vifmap_value "${!#}" ||
			echo pdev mac "$_vifmap_port_options" ;;
		esac ;;
	esac
}

# _vifmap_set NAMES OPTIONS WORD...: the words after dev set and port set
_vifmap_set()
{
	local names=$1 options=$2

	shift 2
	if [[ $# -eq 0 ]]; then
		"$names"
	elif [[ $# -eq 1 ]] || ! _vifmap_value "${!#}"; then
		echo "$options"
	fi
}

# _vifmap_mac WORD...: the words after mac
_vifmap_mac()
{
	[[ $# -gt 0 ]] || { echo show add del set flush help; return; }
	[[ $# -gt 1 ]] && _vifmap_value "${!#}" && return
	case $1 in
	add)
		if [[ $# -gt 1 ]]; then
			echo vif active inactive
		else
			_vifmap_refused
		fi ;;
	del) if [[ $# -gt 1 ]]; then echo vif pdev; else _vifmap_macs; fi ;;
	flush) [[ $# -gt 1 ]] || echo vif pdev ;;
	set|show)
		[[ $# -gt 1 ]] || _vifmap_macs
		echo vif pdev active inactive ;;
	esac
}

# _vifmap_ports BRIDGE
_vifmap_ports()
{
	local path

	for path in /sys/class/net/"$1"/lower_*; do
		[[ -L $path ]] && echo "${path##*/lower_}"
	done
}

# _vifmap_import WORD...: the words after import-bridge
_vifmap_import()
{
	local path

	if [[ $# -eq 0 ]]; then
		for path in /sys/class/net/*/bridge; do
			[[ -d $path ]] && path=${path%/bridge} &&
				echo "${path##*/}"
		done
	elif [[ ${!#} == uplink ]]; then
		_vifmap_ports "$1"
	elif [[ $# -eq 1 ]] || ! _vifmap_value "${!#}"; then
		echo uplink learned --apply "$_vifmap_port_options"
	fi
}

# _vifmap_apply WORD...: the words after apply; files are for _vifmap_files
_vifmap_apply()
{
	if [[ ${!#} == --only ]]; then
		_vifmap_links
	else
		echo --prune --dry-run --only
	fi
}

# _vifmap_files WORD...: a file may follow these words
_vifmap_files() { [[ ${1-} == apply && ${!#} != --only ]]; }

# _vifmap_words WORD...: what may follow these words
_vifmap_words()
{
	local command=${1-}

	[[ $# -eq 0 ]] || shift
	case $command in
	'')
		echo attach detach show dev port mac stats monitor save apply help
		echo doctor import-bridge
		echo -json -pretty -details -timestamp -netns -batch -force
		echo -Version -help ;;
	attach) _vifmap_attach "$@" ;;
	detach) [[ $# -gt 0 ]] || _vifmap_vifs ;;
	show)
		[[ " $* " == *' -w '* ]] || echo -w
		[[ $# -gt 0 ]] || { _vifmap_devs; _vifmap_vifs; } ;;
	save)
		[[ $# -gt 0 ]] || { _vifmap_devs; _vifmap_vifs; } ;;
	doctor)
		[[ $# -gt 0 ]] || _vifmap_links ;;
	import-bridge) _vifmap_import "$@" ;;
	stats)
		[[ $* == *--prometheus* ]] || echo --prometheus
		[[ $# -gt 0 && $1 != --prometheus ]] ||
			{ _vifmap_devs; _vifmap_vifs; } ;;
	dev)
		case ${1-} in
		'') echo show set help ;;
		show) [[ $# -gt 1 ]] || _vifmap_devs ;;
		set) _vifmap_set _vifmap_devs "$_vifmap_dev_options" \
			"${@:2}" ;;
		esac ;;
	port)
		case ${1-} in
		'') echo show set help ;;
		show) [[ $# -gt 1 ]] || { _vifmap_vifs; _vifmap_devs; } ;;
		set) _vifmap_set _vifmap_vifs "$_vifmap_port_options" \
			"${@:2}" ;;
		esac ;;
	mac) _vifmap_mac "$@" ;;
	apply) _vifmap_apply "$@" ;;
	esac
}

_vifmap()
{
	local cur words=() before=() i=1

	# An address is one word, although bash splits words at colons
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
	[[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
	cur=${words[-1]}

	case ${words[-2]-} in
	-n|-netns)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(ip netns list 2>/dev/null | cut -d' ' -f1)" -- "$cur")
		return ;;
	-b|-batch)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	esac

	# What stands between the options and the present word
	_vifmap_netns=()
	while [[ ${words[i]-} == -* && i -lt ${#words[@]}-1 ]]; do
		case ${words[i]} in
		-n|-netns)
			i=$((i + 1))
			_vifmap_netns=(-n "${words[i]}") ;;
		-b|-batch) i=$((i + 1)) ;;
		esac
		i=$((i + 1))
	done
	[[ i -lt ${#words[@]}-1 ]] &&
		before=("${words[@]:i:${#words[@]}-1-i}")

	mapfile -t COMPREPLY < <(compgen -W \
		"$(_vifmap_words "${before[@]}")" -- "$cur")
	_vifmap_files "${before[@]}" && mapfile -t -O ${#COMPREPLY[@]} \
		COMPREPLY < <(compgen -f -- "$cur")

	# Readline replaces only what follows the last colon
	[[ $cur == *:* && $COMP_WORDBREAKS == *:* ]] &&
		COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*:}"}"}")
	return 0
}

complete -F _vifmap vifmap
