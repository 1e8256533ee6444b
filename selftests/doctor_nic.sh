#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap doctor knows of traps in NICs that no machine here has: firmware that
# keeps frames to itself, virtual functions that may not speak for guests, no
# room for what comes; and in a kernel without egress hook. nic_double.so
# answers for them.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |
#              v0

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq unshare
topology veth

# A PCI bus: 0000:05:00.0 has two functions more
pci=$tmp/pci
mkdir -p "$pci/0000:05:00.0/net/pf9" "$pci/0000:05:10."{0,1}
for n in 0 1; do
	ln -s "../0000:05:10.$n" "$pci/0000:05:00.0/virtfn$n"
done

export NIC_DOUBLE=eth0 NIC_DOUBLE_DRIVER=i40e NIC_DOUBLE_FIRMWARE=9.40
export NIC_DOUBLE_BUS=0000:05:10.1 NIC_DOUBLE_FLAG='' NIC_DOUBLE_VF=''
export NIC_DOUBLE_LOST='' NIC_DOUBLE_HOOK=''

# with_nic OPTION... doctor [NAME]
with_nic()
{
	# shellcheck disable=SC2016 # the inner shell is to expand it
	unshare -m bash -c 'mount --bind "$1" /sys/bus/pci/devices &&
		export LD_PRELOAD=$2 && exec vifmap "${@:3}"' - "$pci" \
		"$here/nic_double.so" "$@" 2>&1
}

well()
{
	is "$1" "$(with_nic doctor "${@:2}") $?" "Nothing found that is wrong 0"
}

# finds NAME CHECK PATTERN [ARGUMENT]...: this one thing, in words and in JSON
finds()
{
	local name=$1 check=$2 pattern=$3 status out json

	out=$(with_nic doctor "${@:4}")
	status=$?
	json=$(with_nic -j doctor "${@:4}" | jq -r '.[].check')
	[ $status -eq 1 ] && [ "$json" = "$check" ] && [[ $out =~ ^$pattern$ ]]
	result $? "$name" "status $status, $json" "$out"
}

is "driver and firmware" "$(with_nic -d doctor)" \
	$'eth0: driver i40e, firmware 9.40\nNothing found that is wrong'
is "in JSON" "$(with_nic -d -j doctor | jq -c '.[]')" "$(jq -nc '{
	subject: "eth0", check: "driver", driver: "i40e", firmware: "9.40" }')"
NIC_DOUBLE_FIRMWARE=N/A
is "no firmware" "$(with_nic -d doctor eth0 | head -n 1)" "eth0: driver i40e"
must ip link add link eth0 name eth0.6 type vlan id 6
must ip link set eth0.6 up
is "what a VLAN device is on" "$(with_nic -d doctor eth0.6 | head -n 1)" \
	"eth0: driver i40e"
must ip link del eth0.6
well "they are not asked for"

NIC_DOUBLE_FLAG=disable-fw-lldp:0
well "no vif wants LLDP"
must vifmap port set v0 link-local lldp
finds "i40e's firmware keeps LLDP" firmware-lldp \
	'eth0: its firmware .*: ethtool --set-priv-flags eth0 disable-fw-lldp on'
NIC_DOUBLE_FLAG=disable-fw-lldp:1
well "it does not"
NIC_DOUBLE_FLAG=fw-lldp-agent:1
finds "ice's firmware keeps LLDP" firmware-lldp \
	'eth0: its firmware .*: ethtool --set-priv-flags eth0 fw-lldp-agent off'
NIC_DOUBLE_FLAG=fw-lldp-agent:0
well "it does not, either"
NIC_DOUBLE_FLAG=colour:1
well "some other flag"
NIC_DOUBLE_FLAG=''

lost='eth0: it has lost 7 frames: .*: ethtool -g eth0, ethtool -G eth0 rx N'
NIC_DOUBLE_LOST=0:0
well "no frame was lost"
NIC_DOUBLE_LOST=7:0
finds "the NIC had no room" nic-drops "$lost"
NIC_DOUBLE_LOST=3:4
finds "nor had its FIFO" nic-drops "$lost"
NIC_DOUBLE_LOST=''

NIC_DOUBLE_HOOK=off
finds "a kernel without egress hook" egress-hook \
	'vifmap0: what the host sends .*: vifmap dev set vifmap0 host-port on, .*'
NIC_DOUBLE_HOOK=''

well "no virtual function"
ln -s ../0000:05:00.0 "$pci/0000:05:10.1/physfn"
bad='eth0: it is VF 1 of pf9, .*: ip link set pf9 vf 1 spoofchk off trust on'
finds "its PF is elsewhere" vf "$bad"
must ip link add pf9 type dummy
finds "its PF says nothing" vf "$bad"
NIC_DOUBLE_VF=pf9:1:1:1
finds "it may not send for others" vf "$bad"
NIC_DOUBLE_VF=pf9:1:0:0
finds "it may not receive for others" vf "$bad"
NIC_DOUBLE_VF=pf9:0:0:1
finds "another one may" vf "$bad"
NIC_DOUBLE_VF=pf9:1:0:1
well "it may"
NIC_DOUBLE_VF=pf9:1:-1:-1
well "its driver has no such settings"

# Where there is no vifmap device, it may be a guest's.
must ip link del vifmap0
NIC_DOUBLE_VF=pf9:1:1:0
well "nobody uses it"
finds "somebody may" vf "$bad" eth0
finish
