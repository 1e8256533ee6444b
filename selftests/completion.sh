#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What bash offers when somebody types a command of vifmap: words, devices and
# addresses, of the namespace that the command is for. bash-completion finds the
# file by the name that it is installed under.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#            veth  tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands make
loader=/usr/share/bash-completion/bash_completion
[ -e $loader ] || skip "no bash-completion"
topology veth tap
must ask send v1 wire src=02:00:00:00:0a:09

# What bash-completion has found for vifmap among what was installed, and where
found()
{
	# shellcheck disable=SC2016 # the inner shell is to expand it
	BASH_COMPLETION_USER_DIR=$1 XDG_DATA_DIRS=$1 bash -c '
		. "$1"
		read -r _ _ load _ < <(complete -p -D)
		$load vifmap
		complete -p vifmap
		shopt -s extdebug
		declare -F _vifmap | cut -d " " -f 3' - $loader 2>&1
}

must make -s -C "$here/../tools/vifmap" -o vifmap install \
	DESTDIR="$tmp/root" PREFIX=/usr
data=$tmp/root/usr/share
is "bash-completion finds it" "$(found "$data")" \
	"complete -F _vifmap vifmap
$data/bash-completion/completions/vifmap"

# What is offered after these words, in one line. An interactive shell would
# take COMP_WORDBREAKS from readline.
offered()
{
	# shellcheck disable=SC2016 # the inner shell is to expand it
	bash -c '. "$1/../tools/vifmap/vifmap.bash"
		COMP_WORDBREAKS=$3 COMP_LINE=$2 COMP_POINT=${#2}
		_vifmap && printf "%s\n" "${COMPREPLY[@]}"' \
		- "$here" "vifmap $1" "${2-}" | sort -u | xargs
}

# offers WORDS OFFERED: this and nothing else
offers() { is "after: $1" "$(offered "$1" "${3-}")" "$2"; }

# offers_also WORDS WORD...: these among others
offers_also()
{
	local offered word missing=()

	offered=$(offered "$1")
	for word in "${@:2}"; do
		[[ " $offered " = *" $word "* ]] || missing+=("$word")
	done
	[ ${#missing[@]} -eq 0 ]
	result $? "after: $1 (also ${*:2})" "not ${missing[*]}" "$offered"
}

commands=(attach detach show dev port mac stats monitor save apply doctor
	import-bridge)
offers_also '' "${commands[@]}"
for command in "${commands[@]}"; do
	offers_also "${command%?}" "$command"
done
offers 'nothing-of-this' ''

for words in 'detach ' 'port set ' 'mac show vif ' 'mac flush vif ' \
	'mac add 02:00:00:00:0a:01 vif '; do
	offers "$words" 'v0 v1'
done
for words in 'dev set ' 'dev show ' 'mac show pdev '; do
	offers "$words" 'eth0 vifmap0'
done
for words in 'show ' 'stats ' 'save ' 'port show '; do
	offers_also "$words" v0 vifmap0
done
offers 'port set v0 tr' trunk
offers 'port set v0 trunk ' 'off on'
offers 'port set v0 trunk on iso' isolated
offers 'port set v0 delivery ' 'auto queue'
offers 'dev set eth0 max' max-macs
offers 'apply --d' --dry-run

for words in 'mac del ' 'mac set ' 'mac show '; do
	offers_also "$words" "${mac[v0]}" "${mac[v1]}"
done
offers "mac del ${mac[v0]%?}" "${mac[v0]} ${mac[v1]}"
offers "mac del ${mac[v0]%?}" '00 01' :
offers "mac del ${mac[v0]} " 'pdev vif'
for words in 'mac add ' 'attach v1 pdev eth0 mac '; do
	offers "$words" 02:00:00:00:0a:09
done

# Devices and addresses of another namespace
host="-n ${prefix}host"
wire="-n ${prefix}wire"
offers_also "$host detach " v1
offers "$wire detach " ''
offers "$wire attach wi" wire0
offers "$wire attach v" ''
offers "$host mac add " 02:00:00:00:0a:09
offers_also '-n ' "${prefix}wire"
finish
