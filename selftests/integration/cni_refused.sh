#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The CNI plugin refuses what makes no sense, each with its code, and undoes all
# of an ADD that fails at any step.
#
#   wire0 ---- eth0   host
#    wire
#              c1 c2  containers
#
# Packages: containernetworking-plugins jq
# Roots: bookworm trixie

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-cni.sh
. "${0%/*}/lib-cni.sh"

good='{"cniVersion": "1.0.0", "name": "net1", "type": "vifmap", "pdev": "eth0"}'

# with FILTER: the good configuration, changed
with() { jq -c "$1" <<<"$good"; }

# An IPAM plugin that does as the configuration says and notes what it was asked
fake_ipam()
{
	mkdir "$tmp/plugins"
	cat >"$tmp/plugins/fake" <<-END
	#!/bin/bash
	echo "\$CNI_COMMAND" >>$tmp/asked
	if [ "\$CNI_COMMAND" = VERSION ]; then
		echo '{"cniVersion": "1.0.0", "supportedVersions": ["1.0.0"]}'
	else
		jq -j ".ipam.\$CNI_COMMAND.say // empty"
	fi
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
with_others
finish
