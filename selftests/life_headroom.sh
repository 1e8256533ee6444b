#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A vif gets as much headroom as the pdev needs when it is attached, so that
# frames need not be copied on the way, and has none of it when it is let go.
# The kernel does not show it: a probe sees what the driver is told.
#
#   gt0 (vifmap0) over lo: needs room for its tunnel   host
#    |   |
#   v0   v1
#  veth  tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=lib/tracing.sh
. "$here/lib/tracing.sh"

group=${prefix//-/_}

# The device's address is all that one needs to know it again.
probe() { echo "p:$group/$1 $1 dev=%di:x64 room=%si:s32" >>"$tracefs/kprobe_events"; }

remove_probes()
{
	local line

	for line in tun_set_headroom veth_set_rx_headroom; do
		echo "-:$group/$line" >>"$tracefs/kprobe_events"
	done
}

open_tracing
[ -e "$tracefs/kprobe_events" ] || skip "no kprobe events"
at_end+=(remove_probes)
new_netns v0
must ip -batch - <<END
link set lo up
link add gt0 type gretap local 127.0.0.1 remote 127.0.0.2
$(quiet_up dev gt0)
link add v0 type veth peer name eth0 netns ${prefix}v0
tuntap add dev v1 mode tap
END
must probe tun_set_headroom
must probe veth_set_rx_headroom
trace_events "$group" 1

# told DRIVER: the last room that the device was told. Other tests have devices
# of the same kind; ours are the only ones on a pdev that needs room.
told()
{
	local dev

	dev=$(sed -nE "s/.* $1: .*dev=(0x[0-9a-f]+) room=[1-9].*/\1/p" \
		"$trace/trace" | head -n 1)
	sed -nE "s/.* $1: .*dev=$dev room=(-?[0-9]+).*/\1/p" \
		"$trace/trace" | tail -n 1
}

positive() { [ "$(told "$1")" -gt 0 ]; }

must vifmap attach v1 pdev gt0 mac 02:00:00:00:0a:01
check "a tap is told how much the pdev needs" positive tun_set_headroom
room=$(told tun_set_headroom)
must vifmap attach v0 pdev gt0
is "a veth, too" "$(told veth_set_rx_headroom)" "$room"
must vifmap detach v0
is "detached it is told so" "$(told veth_set_rx_headroom)" -1
is "the tap still has it" "$(told tun_set_headroom)" "$room"
must ip link del vifmap0
is "so is one whose device has gone" "$(told tun_set_headroom)" -1
finish
