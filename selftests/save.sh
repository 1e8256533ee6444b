#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What vifmap save prints, vifmap apply makes of nothing: in a namespace with
# interfaces of the same names everything is as it was here. Here, it changes
# nothing.
#
#   wire0 ---- eth0 (lan)   host, and the same once more in "copy"
#    wire       |  |  ...
#              v0  v1
#             veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq
build veth tap
odd="it's\"#1\""

# What both have
interfaces()
{
	cat <<-END
	link add v2 type veth peer name v2p address 02:00:00:00:02:02
	link add v3 type veth peer name v3p
	link add v4 type veth peer name v4p address 02:00:00:00:02:04
	link add eth9 type dummy
	link add x0 type dummy
	END
}

must ip -batch - <<<"$(interfaces)"
must ip link add "$odd" type dummy
must ip link add link eth0 name lan type vifmap
must vifmap -b - <<END
dev set eth0 max-macs 4000 learn 5 flood-rate 0 host off
attach v0 pdev eth0 spoofcheck off isolated on trunk on
attach v1 pdev eth0 mac ${mac[v1]} link-local stp,lldp flood-rate 3
mac add 02:00:00:00:0a:01 vif v1 inactive
attach v2 pdev eth0 learn 0 delivery queue
mac add 02:00:00:00:0a:02 vif v2
mac set vif v2 inactive
attach v3 pdev eth0
mac flush vif v3
attach v4 pdev eth9 mac 02:00:00:00:0a:01
attach x0 pdev eth0
$(printf 'mac add 02:00:00:00:0b:%s vif x0\n' {10..59})
END
must vifmap attach "$odd" pdev eth0 mac 02:00:00:00:0b:00
must ip link set vifmap0 down
must wait_until is_settled eth0
flow "an address is learned" v0 wire src=02:00:00:00:0c:01 -- wire

vifmap save >"$tmp/conf"
is "of what is learned nothing is saved" \
	"$(grep -c 02:00:00:00:0c:01 "$tmp/conf")" 0
is "here it changes nothing" "$(vifmap apply "$tmp/conf")" "nothing to change"
is "nor when it has come through a pipe" \
	"$(vifmap save | vifmap apply -)" "nothing to change"

new_netns copy
must ip -n "${prefix}copy" -batch - <<<"$(interfaces)"
must at copy ip link add eth0 type dummy
must at copy ip link add "$odd" type dummy
must at copy ip link add v0 type veth peer name v0p address "${mac[v0]}"
must at copy ip tuntap add dev v1 mode tap
check "apply it elsewhere" at copy vifmap apply "$tmp/conf"
check "the same is saved there" diff "$tmp/conf" <(at copy vifmap save)
check "the same in JSON" diff <(vifmap -j save | jq .) \
	<(at copy vifmap -j save | jq .)
is "it is the same" "$(at copy vifmap -d -b - <<<$'dev show\nport show' |
	sed 's/ macs [0-9]*//; s/ egress-hook.*//; s/ up / /; s/ down / /')" \
	"$(vifmap -d -b - <<<$'dev show\nport show' |
	sed 's/ macs [0-9]*//; s/ egress-hook.*//; s/ up / /; s/ down / /')"
is "one pdev alone" "$(vifmap save eth9)" "dev vifmap0 pdev eth9 down
vif v4 pdev eth9 mac 02:00:00:00:0a:01"
is "one vif alone" "$(vifmap save v1)" "$(grep -E '^(dev lan|vif v1) ' \
	"$tmp/conf")"
is "JSON has all options" \
	"$(vifmap -j save v2 | jq -c '.[0].vifs[0] | [.learn, .trunk, .macs]')" \
	'[0,false,[{"addr":"02:00:00:00:02:02","active":false,"origin":"peer"},{"addr":"02:00:00:00:0a:02","active":false,"origin":"user"}]]'
finish
