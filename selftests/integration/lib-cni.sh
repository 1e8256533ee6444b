# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # what lib.sh sets
#
# lib-cni.sh - what the tests of the CNI plugin share: a runtime in a few lines.
# To be sourced after lib.sh.
#
# A container is a namespace made with new_netns; its name is also its id.

need_commands jq
cni_dir=$here/../tools/integration/cni
# run.sh has built the one, and installed what has the other
must test -x "$cni_dir/vifmap"
must test -x /usr/lib/cni/host-local

# What the plugin printed, and its exit status
reply='' status=0

# Where the IPAM plugins are looked for
cni_path=$cni_dir:/usr/lib/cni

# call COMMAND CONTAINER [VARIABLE=VALUE]... <CONFIGURATION
call()
{
	local command=$1 container=$2

	shift 2
	reply=$(env CNI_COMMAND="$command" CNI_CONTAINERID="$container" \
		CNI_NETNS="/run/netns/$prefix$container" CNI_IFNAME=eth0 \
		CNI_PATH="$cni_path" "$@" "$cni_dir/vifmap" 2>"$tmp/errors")
	status=$?
}

# works NAME COMMAND CONTAINER [VARIABLE=VALUE]... <CONFIGURATION
works()
{
	local name=$1

	shift
	known=''
	call "$@"
	[ $status -eq 0 ]
	result $? "$name" "status $status" "$reply" "$(<"$tmp/errors")"
}

# said NAME FILTER WANT: of the last answer
said() { is "$1" "$(jq -c "$2" <<<"$reply" 2>&1)" "$3"; }

# after RESULT <CONFIGURATION: the configuration with that as prevResult
after() { jq -c --argjson r "$1" '.prevResult = $r'; }

# Everything that a call can change, of the host, containers and addresses; that
# an address is free is found out some time after it was set
cni_state()
{
	local name

	get_state
	echo "$state"
	for name; do
		ip -n "$prefix$name" -o addr | sed 's/ tentative//'
		ip -n "$prefix$name" route
	done
	ls "$tmp/ipam"/*/ 2>/dev/null
}

# The state that the last `wrong` has left, for the next one to start from; empty
# when something has been done since
known=''

# wrong CODE PATTERN COMMAND CONTAINER [VARIABLE=VALUE]... <CONFIGURATION: it
# fails with this code and a message that matches, and changes nothing
wrong()
{
	local code=$1 pattern=$2 before=$known words bad=()

	shift 2
	[ -n "$before" ] || before=$(cni_state "${containers[@]}")
	call "$@"
	known=$(cni_state "${containers[@]}")
	[ $status -eq 1 ] || bad+=("status $status")
	words=$(jq -r '"\(.cniVersion | type) \(.code) \(.msg)"' <<<"$reply" 2>&1)
	[[ $words == "string $code "* ]] || bad+=("not code $code")
	[[ ${words#* * } =~ $pattern ]] || bad+=("no match: $pattern")
	[ "$before" = "$known" ] || bad+=("it changed something:"
		"$(diff <(echo "$before") <(echo "$known"))")
	[ ${#bad[@]} -eq 0 ]
	result $? "refused: $1 ($pattern)" ${bad[@]+"${bad[@]}"} "$reply" \
		"$(<"$tmp/errors")"
}

# The containers that `wrong` looks into
containers=()

# container NAME...: with the loopback device up
container()
{
	local name

	for name; do
		new_netns "$name"
		must ip -n "$prefix$name" link set lo up
		containers+=("$name")
	done
}

# The name of a container's interface on the host
vif_of()
{
	ip -j -d link show |
		jq -r ".[] | select(.ifalias == \"cni $2 $1 eth0\") | .ifname"
}

pings() { at "$1" ping -c 1 -w 5 -n "$2"; }

# no_answer NAME PLACE ADDRESS
no_answer()
{
	! at "$2" ping -c 1 -w 1 -n "$3" >"$tmp/ping" 2>&1
	result $? "$1" "$(<"$tmp/ping")"
}

# The wire is a host of the LAN.
lan()
{
	build
	must ip -n "${prefix}wire" addr add 192.0.2.1/24 dev wire0
	must ip -n "${prefix}wire" addr add 2001:db8::1/64 dev wire0 nodad
}

# host_local NETWORK RANGES...: configuration of the IPAM plugin
host_local()
{
	echo '{"type": "host-local", "dataDir": "'"$tmp"'/ipam",
		"ranges": ['"$1"'], "routes": '"${2-[]}"'}'
}
