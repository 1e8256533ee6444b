#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two vifmap devices that hand each other's frames to and fro without end must
# not stop the machine: it goes on, and the loop ends when a link of it goes.
#
#    d0 (vifmap0)     d1 (vifmap1)      spoofcheck off everywhere
#     |      |         |      |
#    a0     b0        a1     b1
#     `------|---------'      |         a0 -- a1 and b0 -- b1: veth pairs
#            `----------------'

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

build
must ip -batch - <<END
link add d0 type dummy
link add d1 type dummy
$(quiet_up dev d0)
$(quiet_up dev d1)
link add a0 type veth peer name a1
link add b0 type veth peer name b1
END
target=02:00:00:00:0a:01
for n in 0 1; do
	must vifmap attach a$n pdev d$n spoofcheck off learn 0 \
		mac 02:00:00:00:0b:1$n
	must vifmap attach b$n pdev d$n spoofcheck off learn 0 \
		mac 02:00:00:00:0b:2$n
done
must vifmap mac add $target vif a0
must vifmap mac add $target vif b1
must ask end in - d0 link
must ask send in $target src=02:00:00:00:0f:01
looping() { [ "$(counter b0 rx-packets)" -gt 50 ]; }
check "the frame goes round" wait_until looping
check "the machine goes on" ip link set a0 down
must ip link set a0 up
must ip link del a0
must ip link del b0
check "nothing is left" test -z "$(vifmap port show)"
finish
