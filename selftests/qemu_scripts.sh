#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap-ifup puts a guest's tap on the pdev that is meant for it, or on none;
# vifmap-ifdown takes it away. QEMU calls both.
#
#   wire0 ---- eth0 (vifmap0)   host   eth1 (vifmap1)
#    wire       |  |
#              v0  v1
#             tap  tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

PATH=$here/../tools/integration/qemu:$PATH
need_commands vifmap-ifup qemu-system-x86_64
build tap tap
a=02:00:00:00:0a:01
conf=$tmp/qemu.conf
export VIFMAP_QEMU_CONF=$conf

# port_of VIF: what vifmap knows of it
port_of() { vifmap port show "$1" 2>/dev/null; }
pdev_of() { port_of "$1" | sed -n 's/.* pdev \([^ ]*\) .*/\1/p'; }
no_port() { ! port_of "$1"; }

refused 'usage' 2 vifmap-ifup
refused 'usage' 2 vifmap-ifup v0 v1
refused 'usage' 2 vifmap-ifdown
refused 'v0: no vifmap device' 1 vifmap-ifup v0
must ip link add link eth0 name vifmap0 type vifmap
refused 'nothere' 1 vifmap-ifup nothere

check "there is one device: that one" vifmap-ifup v0
is "the tap is attached" "$(pdev_of v0)" eth0
must wait_until is_settled eth0
must wait_until is_settled v0
flow "what the guest uses first is its address" v0 wire -- wire
flow "and leads to it" wire v0 -- v0
flow "another is not" v0 wire src=$a --
check "once more does no harm" vifmap-ifup v0
is "nor does it forget the address" "$(vifmap mac show vif v0 | wc -l)" 1
check "vifmap-ifdown" vifmap-ifdown v0
check "detaches it" no_port v0
check "vifmap-ifdown of a tap that is attached to nothing" vifmap-ifdown v0

must ip link set eth0 mtu 9000
must ip -n "${prefix}wire" link set wire0 mtu 9000
must vifmap-ifup v0
is "a tap gets the MTU of its pdev" "$(mtu_of v0)" 9000
must vifmap mac add "${mac[v0]}" vif v0
flow "which is what it may send" v0 wire len=9014 -- wire
flow "and is sent" wire v0 len=9014 -- v0
must vifmap-ifdown v0
must ip link set v0 mtu 1400
must vifmap-ifup v0
is "another than 1500 stays" "$(mtu_of v0)" 1400
must vifmap-ifdown v0
must ip link set v0 mtu 1500
must ip link set eth0 mtu 1400
must vifmap-ifup v0
is "a smaller one of the pdev is not taken" "$(mtu_of v0)" 1500
must vifmap-ifdown v0
must ip link set eth0 mtu 1500

must ip link add eth1 type dummy
must ip link add link eth1 name vifmap1 type vifmap
refused 'v0: on which of eth0 eth1\?.*qemu\.conf' 1 vifmap-ifup v0
must ln -s "$(command -v vifmap-ifup)" "$tmp/vifmap-ifup-eth1"
check "the name of a link says which" "$tmp/vifmap-ifup-eth1" v0
is "it was that one" "$(pdev_of v0)" eth1
must vifmap-ifdown v0

cat >"$conf" <<END
# a comment

v1	eth0	mac $a mac 02:00:00:00:0a:02 isolated on
v*	eth1
v*	eth0	trunk on
END
check "the first line that fits counts" vifmap-ifup v1
is "with its pdev, its options and addresses" "$(port_of v1)" "v1: dev vifmap0 \
pdev eth0 up macs 2 spoofcheck on isolated on trunk off learn 0 link-local 0x0000 \
flood-rate 0 delivery auto"
check "a pattern fits" vifmap-ifup v0
is "on its pdev" "$(pdev_of v0)" eth1
refused 'v1 is attached to eth0 already, not to eth1' 1 \
	"$tmp/vifmap-ifup-eth1" v1
must vifmap-ifdown v0
must ln -s "$(command -v vifmap-ifup)" "$tmp/vifmap-ifup-eth0"
check "the name of a link, and the file" "$tmp/vifmap-ifup-eth0" v0
is "the first line with this pdev counts" \
	"$(port_of v0 | grep -o 'eth0\|trunk on')" $'eth0\ntrunk on'
must vifmap-ifdown v0
must vifmap-ifdown v1

printf 'v9\nv0 eth0\n' >"$conf"
refused 'qemu\.conf:1: the pdev is missing' 1 vifmap-ifup v0
echo 'v0 eth0 isolated maybe' >"$conf"
refused 'maybe' 1 vifmap-ifup v0
echo 'v0 nothere' >"$conf"
refused 'nothere' 1 vifmap-ifup v0

# The tap goes with QEMU in any case; the reason says that the script was faster.
echo "guest eth0 mac $a" >"$conf"
must start_monitor
mkfifo "$tmp/qemu"
exec {monitor}<>"$tmp/qemu"
qemu-system-x86_64 -M none -nodefaults -display none -monitor stdio \
	-netdev "tap,id=n,ifname=guest,script=$(command -v vifmap-ifup),$(
	)downscript=$(command -v vifmap-ifdown)" \
	<&$monitor >"$tmp/qemu.log" 2>&1 &
pids+=($!)
check "QEMU's tap is attached" wait_until has_line \
	'"event":"mac-add".*"addr":"'$a'".*"vif":"guest"' "$tmp/events"
echo quit >&$monitor
check "and detached" wait_until has_line \
	'"event":"port-del".*"ifname":"guest".*"reason":"user"' "$tmp/events"
finish
