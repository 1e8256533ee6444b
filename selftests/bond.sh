#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A bond is a pdev like others. When another link of it takes over, the switch
# beyond is told where the guests' addresses are now, and traffic goes on in
# both directions.
#
#        wire0 ---- s0 --+
#   br0    |             eth0 (vifmap0)   host
#        wire1 ---- s1 --+ |  |
#       wire              v0  v1
#                        veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands bridge tcpdump ss

# eth0 is the bond, and its links' other ends are a switch's.
pdev_lines()
{
	echo "link add eth0 address ${mac[host]} type bond" \
		"mode active-backup miimon 20"
	echo "link add s0 type veth peer name wire0 address ${mac[wire]}" \
		"netns ${prefix}wire"
	echo "link add s1 type veth peer name wire1 netns ${prefix}wire"
	echo "link set s0 master eth0"
	echo "link set s1 master eth0"
	quiet_up dev s0
	quiet_up dev s1
	quiet_up dev eth0
}

ip link add type bond 2>/dev/null || skip "no bonding"
build veth tap
must at wire ip -batch - <<END
link add br0 type bridge
$(quiet_up dev br0)
$(quiet_up dev wire1)
link set wire0 master br0
link set wire1 master br0
END
must ask end wire1 "${prefix}wire" wire1 link
must wait_until is_up eth0
attach_vifs
read_stats
set_mark

take_over()
{
	must ip link set eth0 type bond active_slave "$1"
	must wait_until is_active "$1"
}

# all_flows NAME LINK: LINK is the switch's end that is in use
all_flows()
{
	local vif

	for vif in v0 v1; do
		flow "$1, $vif to the wire" $vif wire -- "$2"
		flow "$1, the wire to $vif" "$2" $vif -- $vif
	done
	flow "$1, the host to the wire" host wire -- "$2"
	flow "$1, the wire to the host" "$2" host -- host
	flow "$1, broadcast from v0" v0 broadcast -- host v1 "$2"
	flow "$1, broadcast from the wire" "$2" broadcast -- host v0 v1
}

take_over s0
all_flows "first link" wire
flow "nothing by the idle link" wire1 v0 --
flow "nor broadcast" wire1 broadcast --

# --- who is told -----------------------------------------------------------

other=02:00:00:00:0a:01 waiting=02:00:00:00:0a:02
must vifmap mac add $other vif v0
must vifmap mac add $waiting vif v0 inactive

heard() { has_line "$1.*Reverse" "$tmp/rarp"; }

# Whether the switch has learned that the address is behind this port
learned() { at wire bridge fdb show br br0 | grep -q "^$1 dev $2 "; }

must ask count
check "the switch knows v0" wait_until learned "${mac[v0]}" wire0
background wire tcpdump -l -e -n -i wire1 rarp >"$tmp/rarp" 2>"$tmp/tcpdump"
must wait_until has_line listening "$tmp/tcpdump"
read_stats
set_mark
take_over s1
for address in "${mac[v0]}" "${mac[v1]}" $other; do
	check "$address is announced" wait_until heard "$address"
	check "and the switch follows" wait_until learned "$address" wire1
done
is "an inactive address is not announced" "$(grep -c $waiting "$tmp/rarp")" 0
counted "vifs need not be told" v0.tx-packets=0 v1.tx-packets=0
must vifmap mac del $other
must vifmap mac del $waiting
all_flows "second link" wire1
flow "nothing by the idle link" wire v0 --

# --- under traffic ---------------------------------------------------------

must at v0 ip address add 192.0.2.3/24 dev eth0
must at wire ip address add 192.0.2.1/24 dev br0

goes_on()
{
	check "$1, $2 receives" wait_until received_more "$2" "$3" \
		$(($(received "$2" "$3") + 1000000))
}

start_stream v0 wire 192.0.2.1 5001
start_stream wire v0 192.0.2.3 5002
must at wire ip link set wire1 down
must wait_until is_active s0
goes_on "the link was lost" wire 5001
goes_on "the link was lost" v0 5002
must at wire ip link set wire1 up
take_over s1
goes_on "the link is back" wire 5001
goes_on "the link is back" v0 5002
end_stream 5001
end_stream 5002
check_sums
must ask count

# --- a VLAN of it ----------------------------------------------------------

must vifmap detach v1
must ip link add link eth0 name eth0.7 type vlan id 7
must ip link set eth0.7 addrgenmode none
must ip link set eth0.7 up
must vifmap attach v1 pdev eth0.7 mac "${mac[v1]}"
must ask drop v1
must ask end v1 - v1 tap vlan=7
must ask mac v1 "${mac[v1]}"
flow "VLAN 7 of the bond, from the wire" wire1 v1 vlan=7 -- v1
flow "and back" v1 wire -- wire1
background wire tcpdump -l -e -n -i wire0 vlan 7 and rarp >"$tmp/rarp" \
	2>"$tmp/tcpdump"
must wait_until has_line listening "$tmp/tcpdump"
take_over s0
check "its guest is announced" wait_until heard "${mac[v1]}"
flow "and reached" wire v1 vlan=7 -- v1
flow "and heard" v1 wire -- wire
finish
