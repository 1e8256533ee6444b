#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# With the plugin, ip of iproute2 knows the options of a vifmap device and of its
# vifs: it sets them, and shows them in words and in JSON.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1 v2
#           veth veth tap

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

need_commands jq
export IP_LIB_DIR=${VIFMAP_IP_LIB_DIR-$here/../tools/integration/iproute2}
[ -e "$IP_LIB_DIR/link_vifmap_slave.so" ] || skip "no plugin for iproute2"
echo "# $(ip -V)"
build veth veth tap

# linkinfo DEVICE DATA: what ip says of a device's options, as JSON
linkinfo() { ip -d -j link show "$1" | jq -cS ".[0].linkinfo.$2"; }

# only OBJECT DEVICE OPTION...: the same, by vifmap
only()
{
	local names

	names=$(printf '"%s",' "${@:3}")
	vifmap -j "$1" show "$2" |
		jq -cS ".[0] | with_entries(select(.key | IN(${names%,})))"
}

dev_words() { only dev vifmap0 max-macs learn flood-rate host host-port; }
port_words()
{
	only port "$1" spoofcheck isolated trunk learn link-local flood-rate \
		delivery
}

check "a device with options" ip link add link eth0 name vifmap0 type vifmap \
	max-macs 99 learn 1 flood-rate 500 host off
is "it has them" "$(dev_words)" \
	'{"flood-rate":500,"host":false,"host-port":false,"learn":1,"max-macs":99}'
is "ip shows them" "$(linkinfo vifmap0 info_data)" "$(dev_words)"
check "in words, too" grep -qE \
	'^ *vifmap max-macs 99 learn 1 flood-rate 500 host off host-port off( |$)' \
	<(ip -d link show vifmap0)
check "one is changed" ip link set vifmap0 type vifmap learn 0
check "several are changed" ip link set vifmap0 type vifmap host on \
	max-macs 1024 host-port on
check "host-port off" ip link set vifmap0 type vifmap host-port off
is "the others stay" "$(dev_words)" \
	'{"flood-rate":500,"host":true,"host-port":false,"learn":0,"max-macs":1024}'

must ip link add free type dummy
must start_monitor
check "one that is an end from the beginning" \
	ip link add link free type vifmap host-port on
check "an event says so" wait_until has_line \
	'"event":"dev-.*"ifname":"vifmap1".*"host-port":true' "$tmp/events"

attach_vifs
check "options of a vif" ip link set v0 type vifmap_slave isolated on
check "and of another" ip link set v2 type vifmap_slave isolated on
flow "they work" v0 v2 --
flow "for those who have them" v0 v1 -- v1
check "all of them" ip link set v1 type vifmap_slave spoofcheck off trunk on \
	isolated on learn 3 link-local stp,lldp flood-rate 7 delivery queue
is "the vif has them" "$(port_words v1)" "$(jq -cS . <<<'{
	"delivery": "queue", "flood-rate": 7, "isolated": true, "learn": 3,
	"link-local": 16385, "spoofcheck": false, "trunk": true }')"
is "ip shows them" "$(linkinfo v1 info_slave_data)" "$(port_words v1)"
is "those of another vif" "$(linkinfo v0 info_slave_data)" "$(port_words v0)"
check "in words, too" grep -qE \
	'vifmap_slave spoofcheck off .*trunk on learn 3 link-local 0x4001 .*queue' \
	<(ip -d link show v1)
check "help for devices" grep -q max-macs <(ip link help vifmap 2>&1)
check "help for vifs" grep -q link-local <(ip link help vifmap_slave 2>&1)

refused '"learn" wants a number, not "x"' 1 ip link set vifmap0 type vifmap learn x
refused '"host" wants on or off' 1 ip link set vifmap0 type vifmap host 1
refused '"host" wants a value' 1 ip link set vifmap0 type vifmap learn 1 host
refused 'unknown option "colour"' 1 ip link set vifmap0 type vifmap colour blue
refused '"trunk" is given twice' 1 ip link set v1 type vifmap_slave trunk off \
	trunk on
refused 'auto or queue' 1 ip link set v1 type vifmap_slave delivery now
refused 'a mask' 1 ip link set v1 type vifmap_slave link-local ipx
refused 'a mask' 1 ip link set v1 type vifmap_slave link-local 0x10000
refused 'out of range' 2 ip link set vifmap0 type vifmap max-macs 0
refused 'entries already' 2 ip link set vifmap0 type vifmap max-macs 1 learn 9
refused 'PAUSE' 2 ip link set v1 type vifmap_slave isolated off link-local 2
refused 'out of range' 2 ip link set v1 type vifmap_slave learn 1025
must vifmap detach v2
refused 'supported|nvalid' 2 ip link set v2 type vifmap_slave trunk on

must ip link del vifmap0
refused 'out of range' 2 ip link add link eth0 name vifmap0 type vifmap learn 1025
refused 'wants a number' 1 ip link add link eth0 name vifmap0 type vifmap learn -1
finish
