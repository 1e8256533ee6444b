#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The CNI plugin refuses what makes no sense, each with its code, and undoes all
# of an ADD that fails at any step. The IPAM plugin does its part of GC and
# STATUS, and what it says is passed on.
#
#   wire0 ---- eth0   host
#    wire
#              c1 c2  containers
#
# Packages: containernetworking-plugins jq
# Roots: bookworm trixie
# Timeout: 1200

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-cni.sh
. "${0%/*}/lib-cni.sh"

good='{"cniVersion": "1.0.0", "name": "net1", "type": "vifmap", "pdev": "eth0"}'

# with FILTER: the good configuration, changed
with() { jq -c "$1" <<<"$good"; }

# An IPAM plugin that does as the configuration says and notes what it was asked
# for, for whom, and with what
fake_ipam()
{
	mkdir "$tmp/plugins"
	cat >"$tmp/plugins/fake" <<-END
	#!/bin/bash
	echo "\$CNI_COMMAND" >>$tmp/asked
	echo "\$CNI_CONTAINERID \$CNI_IFNAME \$CNI_NETNS" >$tmp/for-\$CNI_COMMAND
	cat >$tmp/with-\$CNI_COMMAND
	if [ "\$CNI_COMMAND" = VERSION ]; then
		jq '{cniVersion, supportedVersions:
			(.ipam.versions // ["1.0.0", "1.1.0"])}'
	else
		jq -j ".ipam.\$CNI_COMMAND.say // empty"
	fi <$tmp/with-\$CNI_COMMAND
	eval "\$(cat $tmp/do-\$CNI_COMMAND 2>/dev/null)"
	END
	chmod +x "$tmp/plugins/fake"
	cni_path=$tmp/plugins
}

# fake SAY DO: configuration in which the IPAM plugin says this on ADD, after
# which it does that
fake()
{
	rm -f "$tmp/asked"
	echo "$2" >"$tmp/do-ADD"
	jq -c --arg say "$1" \
		'.ipam = {"type": "fake", "ADD": {"say": $say}}' <<<"$good"
}

asked() { tr '\n' ' ' <"$tmp/asked"; }

variables()
{
	wrong 4 'CNI_COMMAND is not set' '' c1 <<<"$good"
	wrong 4 'CNI_COMMAND: "FROB" is unknown' FROB c1 <<<"$good"
	wrong 4 'CNI_CONTAINERID is not set' ADD c1 CNI_CONTAINERID= <<<"$good"
	wrong 4 'CNI_CONTAINERID: "-x"' ADD c1 CNI_CONTAINERID=-x <<<"$good"
	wrong 4 'CNI_CONTAINERID: "a/b"' DEL c1 CNI_CONTAINERID=a/b <<<"$good"
	wrong 4 'CNI_IFNAME is not set' ADD c1 CNI_IFNAME= <<<"$good"
	wrong 4 'CNI_IFNAME: ".."' ADD c1 CNI_IFNAME=.. <<<"$good"
	wrong 4 'CNI_IFNAME: "a b"' DEL c1 CNI_IFNAME="a b" <<<"$good"
	wrong 4 'CNI_IFNAME: ' ADD c1 CNI_IFNAME=a234567890123456 <<<"$good"
	wrong 4 'CNI_NETNS is not set' ADD c1 CNI_NETNS= <<<"$good"
	wrong 3 'cannot open the namespace' ADD c1 CNI_NETNS=/nothing <<<"$good"
	wrong 4 'own namespace' ADD c1 CNI_NETNS=/proc/self/ns/net <<<"$good"
	wrong 4 'no network namespace' ADD c1 CNI_NETNS=/dev/null <<<"$good"
	wrong 4 'no network namespace' ADD c1 CNI_NETNS=/proc/self/ns/pid <<<"$good"
	wrong 4 'CNI_ARGS: "MAC"' ADD c1 CNI_ARGS='X=1;MAC' <<<"$good"
	wrong 4 'CNI_PATH is not set' ADD c1 CNI_PATH= < <(
		with '.ipam = {"type": "static"}')
}

standard_input()
{
	wrong 6 'no configuration' ADD c1 </dev/null
	wrong 6 'not JSON' ADD c1 <<<'frob'
	wrong 6 'not JSON' ADD c1 <<<'["a"]'
	wrong 6 'not JSON' ADD c1 <<<"${good%\}}"
	wrong 6 'not JSON' ADD c1 <<<"$good$good"
	wrong 6 'not JSON' VERSION c1 <<<'{'
	wrong 6 'not JSON' ADD c1 < <(head -c 300000 /dev/urandom)
	wrong 5 'no end' ADD c1 < <(head -c 18000000 /dev/zero)
	works "a configuration of 300 KiB" DEL c1 < <(
		with '.args = {"x": ("x" * 300000)}')
}

configuration()
{
	wrong 1 'cniVersion is missing' ADD c1 < <(with 'del(.cniVersion)')
	wrong 1 '0.2.0 is not supported' ADD c1 < <(with '.cniVersion = "0.2.0"')
	wrong 1 '2.0.0 is not supported' DEL c1 < <(with '.cniVersion = "2.0.0"')
	wrong 7 'cniVersion: 1 is not a string' ADD c1 < <(with '.cniVersion = 1')
	wrong 7 'name is missing' ADD c1 < <(with 'del(.name)')
	wrong 7 'not the name of a network' ADD c1 < <(with '.name = "a b"')
	wrong 7 'not the name of a network' ADD c1 < <(with '.name = "a" * 129')
	wrong 7 'pdev is missing' ADD c1 < <(with 'del(.pdev)')
	wrong 7 'pdev: 7 is not a string' ADD c1 < <(with '.pdev = 7')
	wrong 7 'mtu: 10 is not' ADD c1 < <(with '.mtu = 10')
	wrong 7 'mtu: 65536 is not' ADD c1 < <(with '.mtu = 65536')
	wrong 7 'mtu: "x" is not a number' ADD c1 < <(with '.mtu = "x"')
	wrong 7 'mac: "xx"' ADD c1 < <(with '.mac = "xx"')
	wrong 7 'mac: "01:00:5e:00:00:01"' ADD c1 \
		CNI_ARGS=MAC=01:00:5e:00:00:01 <<<"$good"
	wrong 7 'mac: "00:00:00:00:00:00"' ADD c1 < <(
		with '.runtimeConfig.mac = "00:00:00:00:00:00"')
	wrong 7 'isolated: "yes" is not true or false' ADD c1 < <(
		with '.isolated = "yes"')
	wrong 7 'ipam: "x" is not an object' ADD c1 < <(with '.ipam = "x"')
	wrong 7 'ipam.type is missing' DEL c1 < <(with '.ipam = {"x": 1}')
	wrong 7 'not the name of a plugin' ADD c1 < <(
		with '.ipam.type = "../bin/true"')
	wrong 7 'there is no plugin frob in' ADD c1 < <(with '.ipam.type = "frob"')
	wrong 7 'prevResult: \[ *\] is not an object' ADD c1 < <(
		with '.prevResult = []')
}

# The device is not there before, and not after.
attach_refused()
{
	wrong 100 'no interface eth7' ADD c1 < <(with '.pdev = "eth7"')
	wrong 100 'cannot create a vifmap device on lo' ADD c1 < <(
		with '.pdev = "lo"')
	wrong 100 'learn' ADD c1 < <(with '.learn = 1025')
	wrong 100 'link-local' ADD c1 < <(with '.linkLocal = "frob"')
	# The host's own
	wrong 100 "cannot map 02:00:00:00:00:01 to vm" ADD c1 < <(
		with '.mac = "02:00:00:00:00:01"')
	is "no device is left" "$(vifmap dev show)" ""
}

name_clash()
{
	known=''
	must ip -n "${prefix}c1" link add eth0 type dummy
	wrong 100 'the container has an interface eth0 already' ADD c1 <<<"$good"
	works "DEL after that" DEL c1 <<<"$good"
	check "does not touch it" ip -n "${prefix}c1" link show eth0
	must ip -n "${prefix}c1" link del eth0
	known=''
}

# Another has the name on the host, and DEL is called as after any failure.
host_clash()
{
	local vif

	works "ADD, for the name" ADD c1 <<<"$good"
	vif=$(vif_of c1 net1)
	works "DEL of it" DEL c1 <<<"$good"
	must ip link add "$vif" type dummy
	wrong 100 "the host has an interface $vif already" ADD c1 <<<"$good"
	works "DEL after that" DEL c1 <<<"$good"
	check "another's interface stays" ip link show "$vif"
	must ip link del "$vif"
	must ip link del vifmap0
	known=''
}

# ipam_fails CODE PATTERN SAY DO ASKED
ipam_fails()
{
	wrong "$1" "$2" ADD c1 < <(fake "$3" "$4")
	is "asked ($2)" "$(asked)" "$5"
}

ip='"ips": [{"address": "192.0.2.9/24", "gateway": "192.0.2.1"}]'
ipam_refused()
{
	ipam_fails 123 'fake: no more' \
		'{"code": 123, "msg": "no more", "details": "at all"}' 'exit 1' \
		'VERSION ADD '
	said "its details" .details '"at all"'
	ipam_fails 6 'fake: failed with status 3' 'frob' 'exit 3' 'VERSION ADD '
	ipam_fails 5 'fake: ended by signal 9' '' "kill -9 \$\$" 'VERSION ADD '
	# It has assigned something, whatever it was: undone
	ipam_fails 6 'fake: no address' '{}' '' 'VERSION ADD VERSION DEL '
	ipam_fails 6 'fake: no address' 'frob' '' 'VERSION ADD VERSION DEL '
	ipam_fails 6 'address: "192.0.2.9/33"' \
		'{"ips": [{"address": "192.0.2.9/33"}]}' '' \
		'VERSION ADD VERSION DEL '
	ipam_fails 100 'cannot add the route to 0.0.0.0/0' \
		"{$ip"', "routes": [{"dst": "0.0.0.0/0", "gw": "10.0.0.1"}]}' '' \
		'VERSION ADD VERSION DEL '
	ipam_fails 6 'gw: "2001:db8::1" is no router' \
		"{$ip"', "routes": [{"dst": "0.0.0.0/0", "gw": "2001:db8::1"}]}' \
		'' 'VERSION ADD VERSION DEL '
	is "no device is left" "$(vifmap dev show)" ""
}

# What fails while it is undone is told, too, but is not the reason.
undo_fails()
{
	echo 'echo "{\"code\": 7, \"msg\": \"never\"}"; exit 1' >"$tmp/do-DEL"
	ipam_fails 6 'fake: no address' '{}' '' 'VERSION ADD VERSION DEL '
	said "what failed then" .details '"fake: never"'
	rm "$tmp/do-DEL"
}

ipam_del_fails()
{
	local c

	c=$(fake "{$ip}" '')
	works "ADD" ADD c1 <<<"$c"
	echo 'echo "{\"code\": 123, \"msg\": \"never\"}"; exit 1' >"$tmp/do-DEL"
	known=''
	call DEL c1 <<<"$c"
	said "DEL passes on what the IPAM plugin says" '[.code, .msg]' \
		'[123,"fake: never"]'
	is "the interface has gone all the same" "$(vifmap port show)" ""
	rm "$tmp/do-DEL"
}

# newer [FILTER]: configuration of the version that has GC and STATUS, without
# valid attachments
newer()
{
	fake "{$ip}" '' | jq -c '.cniVersion = "1.1.0" |
		."cni.dev/valid-attachments" = [] | '"${1-.}"
}

old='.ipam.versions = ["0.4.0", "1.0.0"]'
status_refused()
{
	known=''
	works "STATUS" STATUS c1 < <(newer)
	is "the IPAM plugin is asked" "$(asked)" 'VERSION STATUS '
	is "in its version" "$(jq -r .cniVersion "$tmp/with-STATUS")" 1.1.0
	echo 'echo "{\"code\": 51, \"msg\": \"full\"}"; exit 1' >"$tmp/do-STATUS"
	wrong 51 'fake: full' STATUS c1 < <(newer)
	works "one without STATUS is not in the way" STATUS c1 < <(newer "$old")
	is "since it is not asked" "$(asked)" 'VERSION '
	rm "$tmp/do-STATUS"
}

gc_delegated()
{
	local valid='[{"containerID": "c1", "ifname": "eth0"}]'

	works "ADD" ADD c1 < <(newer)
	works "GC of nothing" GC c1 < <(
		newer '."cni.dev/valid-attachments" = '"$valid")
	is "the IPAM plugin is asked" "$(asked)" 'VERSION GC '
	is "with the list" \
		"$(jq -c '."cni.dev/valid-attachments"' "$tmp/with-GC")" \
		"$(jq -c . <<<"$valid")"
	works "GC of one" GC c2 < <(newer)
	is "the IPAM plugin is asked for GC, and for this one" "$(asked)" \
		'VERSION GC VERSION DEL '
	is "which is named, but not its namespace" "$(<"$tmp/for-DEL")" 'c1 eth0 '
	is "and without a list" \
		"$(jq -c '."cni.dev/valid-attachments"' "$tmp/with-DEL")" null
	works "ADD for an older IPAM plugin" ADD c1 < <(newer "$old")
	works "GC" GC c2 CNI_CONTAINERID= CNI_IFNAME= < <(newer "$old")
	is "which is asked for this one alone" "$(asked)" 'VERSION VERSION DEL '
	is "it is named" "$(<"$tmp/for-DEL")" 'c1 eth0 '
	is "in its own version" "$(jq -r .cniVersion "$tmp/with-DEL")" 1.0.0
	is "no vif is left" "$(vifmap port show)" ""
}

# gc_fails WHAT CODE MESSAGE DETAILS: nothing of it keeps the others from going
gc_fails()
{
	known=''
	call GC c1 < <(newer)
	is "$1: asked" "$(asked)" 'VERSION GC VERSION DEL VERSION DEL '
	said "$1: GC passes it on" '[.code, .msg]' "[$2,\"$3\"]"
	said "$1: and says what may be left" .details "\"$4\""
	is "$1: no vif is left" "$(vifmap port show)" ""
}

# The first of two, then both, then GC itself
gc_refused()
{
	local never="echo '{\"code\": 7, \"msg\": \"never '\$CNI_CONTAINERID'\"}'"
	local left='the addresses of \"cni net1 %s eth0\" may be left'
	local c1 c2

	c1=${left/\%s/c1} c2=${left/\%s/c2}
	two_vifs
	echo "[ \$CNI_CONTAINERID = c2 ] || { $never; exit 1; }" \
		>"$tmp/do-DEL"
	gc_fails "one release" 7 'fake: never c1' "$c1"
	two_vifs
	echo "$never; exit 1" >"$tmp/do-DEL"
	gc_fails "both" 7 'fake: never c1' "$c1; fake: never c2; $c2"
	two_vifs
	echo 'echo "{\"code\": 9, \"msg\": \"no\"}"; exit 1' >"$tmp/do-GC"
	gc_fails "all" 9 'fake: no' "fake: never c1; $c1; fake: never c2; $c2"
	rm "$tmp/do-GC" "$tmp/do-DEL"
}

two_vifs()
{
	works "ADD of c1" ADD c1 < <(newer)
	works "ADD of c2" ADD c2 < <(newer)
}

# Where an alias has room for half an interface's name, that of another must not
# lose its address.
gc_cut_off()
{
	local long vif

	long=$(printf 'a%.0s' {1..243})
	works "ADD with a long name" ADD c1 CNI_CONTAINERID="$long" < <(newer)
	vif=$(jq -r '.interfaces[0].name' <<<"$reply")
	known=''
	call GC c1 < <(newer)
	is "the alias is cut off: asked" "$(asked)" 'VERSION GC '
	said "GC says so" '[.code, .msg]' \
		"[100,\"$vif: the alias does not say whose it was\"]"
	is "the vif has gone all the same" "$(vifmap port show)" ""
}

# An address in use: IPv6 finds out.
duplicate()
{
	wrong 100 "2001:db8::1/64 is another's address" ADD c1 < <(
		fake '{"ips": [{"address": "2001:db8::1/64"}]}' '')
	is "asked" "$(asked)" 'VERSION ADD VERSION DEL '
}

# A device that was there stays, with its other vifs.
with_others()
{
	works "another container" ADD c2 < <(with '.mac = "02:00:00:00:0c:02"')
	wrong 100 'cannot map 02:00:00:00:0c:02' ADD c1 < <(
		with '.mac = "02:00:00:00:0c:02"')
	ipam_fails 123 'fake: no more' '{"code": 123, "msg": "no more"}' 'exit 1' \
		'VERSION ADD '
	check "the device is still there" vifmap dev show vifmap0
	works "DEL of the other" DEL c2 <<<"$good"
}

lan
container c1 c2
variables
standard_input
configuration
attach_refused
name_clash
host_clash
fake_ipam
ipam_refused
undo_fails
duplicate
ipam_del_fails
status_refused
gc_delegated
gc_refused
gc_cut_off
with_others
finish
