#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A file that vifmap apply cannot carry out as a whole changes nothing: neither
# one with a mistake, whose line is named, nor one that the kernel stops half
# way, of which everything is undone.
#
#   wire0 ---- eth0 (vifmap0)   host     eth9
#    wire       |  |
#              v0  v1
#             veth veth

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

topology veth veth
must ip link add eth9 type dummy
must ip link add br0 type bridge
must ip link add x0 type veth peer name x1
must ip link add x2 type dummy
must ip link set x1 master br0
a=02:00:00:00:0a:01 b=02:00:00:00:0a:02 c=02:00:00:00:0a:03
d=02:00:00:00:0a:04 e=02:00:00:00:0a:05
conf=$tmp/conf

# mistake PATTERN LINE: not understood, after a line that would do something
mistake()
{
	printf '%s\n' '# a comment' 'vif v0 pdev eth0 isolated on' "$2" >"$conf"
	refused "conf:3: .*$1" 2 vifmap apply "$conf"
}

mistake 'nonsense' nonsense
mistake 'pdev' 'vif v1'
mistake 'pdev' 'vif v1 pdev'
mistake 'pdev' 'vif v1 pdev eth0 pdev eth9'
mistake 'nonsense' 'vif v1 pdev eth0 nonsense 1'
mistake 'maybe' 'vif v1 pdev eth0 trunk maybe'
mistake 'trunk' 'vif v1 pdev eth0 trunk on trunk on'
mistake '1024' 'vif v1 pdev eth0 learn 1025'
mistake 'MAC' 'vif v1 pdev eth0 mac 02:00:00:00:0a'
mistake 'multicast' 'vif v1 pdev eth0 mac 01:00:5e:00:00:01'
mistake 'zero' 'vif v1 pdev eth0 mac 00:00:00:00:00:00'
mistake 'nactive' "vif v1 pdev eth0 mac $a inactive inactive"
mistake 'none' "vif v1 pdev eth0 mac $a mac none"
mistake 'peer' "vif v1 pdev eth0 mac peer mac peer"
mistake 'line 2' 'vif v0 pdev eth9'
mistake 'itself' 'vif eth9 pdev eth9'
mistake 'vif' "mac $a"
mistake 'v1' "mac $a vif v1"
mistake 'too much' "mac $a vif v0 active inactive"
mistake 'max-macs' 'dev vifmap0 pdev eth0 max-macs 99999999'
mistake 'pdev' 'dev vifmap0 up'
mistake 'too long' 'dev a-name-of-16-byte pdev eth0'
printf '%s\n' 'vif v0 pdev eth0' "mac $a vif v0" "mac $b vif v0" \
	"mac $a vif v0" >"$conf"
refused 'conf:4: .*line 2' 2 vifmap apply "$conf"
printf 'vif v0 pdev eth0\nvif v1 "pdev eth0\n' >"$conf"
refused 'conf:2: .*quote' 1 vifmap apply "$conf"
refused '-:1: .*nonsense' 2 vifmap apply - <<<nonsense
refused 'nothere' 1 vifmap apply nothere
refused 'missing' 2 vifmap apply --prune
refused 'too much' 2 vifmap apply "$conf" "$conf"

# impossible PATTERN LINE...: to be seen before anything is changed
impossible()
{
	printf '%s\n' 'vif v0 pdev eth0 isolated on' "${@:2}" >"$conf"
	refused "conf:$#: .*$1" 1 vifmap apply "$conf"
}

must ip link property add dev v0 altname guest-with-a-long-name
must ip link property add dev eth0 altname card-with-a-long-name
impossible 'host' "mac ${mac[host]} vif v0"
impossible 'master br0' 'vif x1 pdev eth0'
impossible 'is vifmap0' 'dev other pdev eth0'
impossible 'not on eth9' 'dev br0 pdev eth9'
impossible 'not on eth9' 'dev vifmap0 pdev eth9'
impossible 'not a physical' 'vif v1 pdev vifmap0'
impossible 'another name' 'vif guest-with-a-long-name pdev eth0'
impossible 'another name' 'vif v1 pdev card-with-a-long-name'
must ip link property del dev v0 altname guest-with-a-long-name
must ip link property del dev eth0 altname card-with-a-long-name

# Only the kernel knows, and what came before has to be undone.
must ip link add link eth0 name eth0.5 type vlan id 5
cat >"$conf" <<END
dev dmz pdev eth9
vif x2 pdev eth9 mac $a
vif v0 pdev eth0 isolated on mac $b
vif eth0.5 pdev eth0
END
refused 'conf:4: cannot attach eth0.5 to vifmap0: ' 1 vifmap apply "$conf"
must ip link del eth0.5
printf '%s\n' 'vif v0 pdev eth0 isolated on' \
	'vif v1 pdev eth0 link-local 0x2' >"$conf"
refused 'conf:2: cannot set options of v1: .*link-local' 1 \
	vifmap apply "$conf"
refused 'conf:1: .*permission denied' 1 as_nobody vifmap apply "$conf"

must vifmap -b - <<END
mac flush vif v1
mac add $c vif v1 inactive
mac add ${mac[v1]} vif v1
mac add $a vif v0 inactive
mac add $b vif v0
port set v1 trunk on learn 2
port set v0 flood-rate 7
attach x0 pdev eth0 mac $d
END
cat >"$conf" <<END
dev vifmap0 pdev eth0 max-macs 2 learn 3
dev dmz pdev eth9
vif v0 pdev eth0 isolated on mac peer mac $e
vif x0 pdev eth0 mac $a mac $d inactive
vif v1 pdev eth9 mac $c
vif x2 pdev eth0 mac $b
END
check "it would do much" test \
	"$(vifmap apply "$conf" --dry-run | wc -l)" -gt 12
refused 'conf:1: cannot set options of vifmap0: .*holds 5 entries' 1 \
	vifmap apply "$conf"
sed -i 's/max-macs 2/max-macs 9/' "$conf"
check "it does all that with more room" vifmap apply "$conf"

# What came by itself comes back as the user's.
printf '%s\n' 'dev vifmap0 pdev eth0 max-macs 1' "vif v0 pdev eth0 mac $e" \
	>"$conf"
vifmap apply "$conf" >/dev/null 2>"$tmp/errors"
is "what cannot be undone: status" $? 1
is "lines" "$(grep -c '' "$tmp/errors")" 2
check "it says what is left" grep -q \
	"conf:2: .*origin.*remove ${mac[v0]} from v0" "$tmp/errors"
check "that is true" grep -q 'origin user' <(vifmap mac show "${mac[v0]}")
finish
