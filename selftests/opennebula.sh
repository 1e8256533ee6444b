#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# OpenNebula's driver attaches the taps of a machine to the pdev of their network
# and maps the addresses, those on vifmap's networks only, or says what is wrong
# and attaches none. The machine's XML is as OpenNebula gives it, in base64.
#
#   wire0 ---- eth0 (vifmap0)   host   eth1
#    wire       |  |  |
#              v0  v1  v2
#             tap tap tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

driver=$here/../tools/integration/opennebula/vifmap
need_commands /usr/bin/python3 base64
build tap tap tap
must ip link add eth1 type dummy

# nic ID VIF [ATTRIBUTE=VALUE]...: what is there already is replaced
nic()
{
	local word name
	local -A is=([NIC_ID]=$1 [TARGET]=$2 [MAC]=${mac[$2]-02:00:00:00:0a:09}
		[PHYDEV]=eth0 [VN_MAD]=vifmap [NETWORK]=lan [NETWORK_ID]=5
		[BRIDGE_TYPE]=none [CLUSTER_ID]=0 [SECURITY_GROUPS]=0 [AR_ID]=0
		[FILTER_MAC_SPOOFING]=YES)

	shift 2
	for word; do
		is[${word%%=*}]=${word#*=}
	done
	echo "<NIC>"
	for name in "${!is[@]}"; do
		[ -z "${is[$name]}" ] ||
			echo "<$name><![CDATA[${is[$name]}]]></$name>"
	done
	echo "</NIC>"
}

# machine NIC-LINES...
machine()
{
	base64 -w 0 >"$tmp/machine" <<-END
	<VM><ID>17</ID><NAME>web</NAME><STATE>3</STATE><LCM_STATE>2</LCM_STATE>
	<DEPLOY_ID>one-17</DEPLOY_ID>
	<TEMPLATE><CPU><![CDATA[1]]></CPU>$*<VMID>17</VMID></TEMPLATE>
	<HISTORY_RECORDS><HISTORY><OID>17</OID><SEQ>0</SEQ>
	<HOSTNAME>node</HOSTNAME><VM_MAD><![CDATA[kvm]]></VM_MAD>
	</HISTORY></HISTORY_RECORDS></VM>
	END
}

run() { "$driver/$1" "${@:2}" <"$tmp/machine"; }
ports() { vifmap port show | sed 's/:.* pdev \([^ ]*\) .*/ \1/' | sort; }
option() { vifmap port show "$1" | grep -o "$2 [^ ]*"; }

machine "$(nic 0 v0)" "$(nic 1 v1 FILTER_MAC_SPOOFING=NO)" \
	"$(nic 2 v2 VN_MAD=bridge)"
check "pre" run pre
is "attaches nothing, for there is no tap yet" "$(ports)" ""
check "post" run post one-17
is "attaches the NICs on vifmap's networks" "$(ports)" $'v0 eth0\nv1 eth0'
is "the filter is on" "$(option v0 spoofcheck)" "spoofcheck on"
is "or off, if the network says so" "$(option v1 spoofcheck)" "spoofcheck off"
must wait_until is_settled eth0
must wait_until is_settled v0
flow "the machine is reached" wire v0 -- v0
flow "and speaks" v0 wire -- wire
flow "with its own address" v0 wire src=02:00:00:00:0a:01 --
check "post, once more" run post one-17
is "changes nothing" "$(ports)" $'v0 eth0\nv1 eth0'

machine "$(nic 0 v0)" "$(nic 1 v1 FILTER_MAC_SPOOFING= ATTACH=YES)"
check "clean, when a NIC is taken away" run clean
is "takes that one" "$(ports)" 'v0 eth0'
check "post, when it is given back" run post one-17
is "attaches it" "$(ports)" $'v0 eth0\nv1 eth0'
is "the filter is on, if nothing is said" "$(option v1 spoofcheck)" \
	"spoofcheck on"

machine "$(nic 0 v0 PHYDEV=eth1)" \
	"$(nic 1 v1 NETWORK_ID=6 FILTER_MAC_SPOOFING=NO)"
check "update_nic" run update_nic one-17 5
is "moves the NIC to another device, and no other network's" "$(ports)" \
	$'v0 eth1\nv1 eth0'
is "nor changes it" "$(option v1 spoofcheck)" "spoofcheck on"
check "update_nic of the other" run update_nic one-17 6
is "changes the filter" "$(option v1 spoofcheck)" "spoofcheck off"
machine "$(nic 0 v0 PHYDEV=nothere)"
refused '^ERROR: vifmap update_nic: NIC 0: .*nothere' 1 run update_nic one-17 5

machine "$(nic 0 v0)" "$(nic 1 v1)"
check "clean" run clean
is "detaches all" "$(ports)" ""
check "clean, once more" run clean
machine "$(nic 0 v0)" "$(nic 1 nothere)"
refused 'post: NIC 1: .*nothere' 1 run post one-17
machine "$(nic 0 v0)" "$(nic 1 v1 "MAC=${mac[host]}")"
refused 'post: NIC 1: .*host' 1 run post one-17
machine "$(nic 0 v0 PHYDEV=)"
refused 'pre: NIC 0: the network has no PHYDEV' 1 run pre
machine "$(nic 0 v0 PHYDEV=nothere)"
refused 'pre: NIC 0: there is no device nothere' 1 run pre
machine "$(nic 0 v0 VLAN_ID=7)"
refused 'pre: NIC 0: .*VLAN.*eth0\.7' 1 run pre
machine "$(nic 0 v0 FILTER_IP_SPOOFING=YES)"
refused 'pre: NIC 0: .*FILTER_IP_SPOOFING' 1 run pre
echo nonsense >"$tmp/machine"
refused 'post: the machine.s XML is broken' 1 run post one-17
refused 'usage' 2 run update_nic
finish
