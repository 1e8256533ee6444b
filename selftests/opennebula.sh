#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# OpenNebula's driver attaches the taps of a machine to the pdev of their network
# and maps the addresses, those on vifmap's networks only, or says what is wrong
# and changes nothing. The machine's XML is as OpenNebula gives it, in base64.
#
#   wire0 ---- eth0 (vifmap0)   host   eth1
#    wire       |  |  |
#              v0  v1  v2
#             tap tap tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/opennebula.sh
. "$here/lib/opennebula.sh"

driver=$here/../tools/integration/opennebula/vifmap
need_commands /usr/bin/python3 base64
build tap tap tap
other=02:00:00:00:00:03
must ip link add eth1 address $other type dummy

run() { "$driver/$1" "${@:2}" <"$tmp/machine"; }
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

# What somebody else has told the taps. Attached anew, v0 has not been refused an
# address yet: that is forgotten when it is moved, even if there and back.
must vifmap -b - <<END
detach v0
attach v0 pdev eth0 mac ${mac[v0]}
port set v0 trunk on flood-rate 1 link-local lldp
mac add 02:00:00:00:0a:01 vif v0 inactive
port set v1 isolated on delivery queue
mac set ${mac[v1]} vif v1 inactive
mac add 02:00:00:00:0a:02 vif v1
END

# Of two NICs, what the second is refused is not done to the first. Another
# device's own address, which only the kernel can know of:
machine "$(nic 0 v0 PHYDEV=eth1)" "$(nic 1 v1 PHYDEV=eth1 MAC=$other)"
refused "update_nic: NIC 1: .*$other" 1 run update_nic one-17 5
machine "$(nic 0 v0 FILTER_MAC_SPOOFING=NO)" "$(nic 1 v1 PHYDEV=eth1 MAC=$other)"
refused "update_nic: NIC 1: .*$other" 1 run update_nic one-17 5
machine "$(nic 0 v0 PHYDEV=eth1)" "$(nic 1 v1 PHYDEV=eth1)"
must ip link add link eth1 name vifmap1 type vifmap
must vifmap dev set eth1 max-macs 3 learn 3
refused "update_nic: NIC 1: .*02:00:00:00:0a:02" 1 run update_nic one-17 5
must vifmap dev set eth1 max-macs 8
must vifmap attach v2 pdev eth1 mac "${mac[v1]}"
refused "update_nic: NIC 1: ${mac[v1]} leads to v2" 1 run update_nic one-17 5
must vifmap detach v2

machine "$(nic 0 v0 PHYDEV=eth1)" \
	"$(nic 1 v1 NETWORK_ID=6 FILTER_MAC_SPOOFING=NO)"
check "update_nic" run update_nic one-17 5
is "moves the NIC to another device, and no other network's" "$(ports)" \
	$'v0 eth1\nv1 eth0'
is "with all that it was told" "$(vifmap save v0 | grep '^vif')" \
	"vif v0 pdev eth1 mac ${mac[v0]} mac 02:00:00:00:0a:01 inactive trunk on\
 link-local 0x4000 flood-rate 1"
is "nor changes it" "$(option v1 spoofcheck)" "spoofcheck on"
check "update_nic of the other" run update_nic one-17 6
is "changes the filter, and nothing else" "$(vifmap save v1 | grep '^vif')" \
	"vif v1 pdev eth0 mac ${mac[v1]} inactive mac 02:00:00:00:0a:02\
 spoofcheck off isolated on delivery queue"
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
