#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vifmap apply FILE changes what is different and nothing else: the second time
# nothing, and under traffic nobody loses a frame. Vifs that the file does not
# name stay as they are, unless told otherwise; what is not there yet waits.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1 v2
#            veth veth tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands jq
build veth veth tap
must ask drop v2
a=02:00:00:00:0a:01 b=02:00:00:00:0a:02 c=02:00:00:00:0a:03 d=02:00:00:00:0a:04
conf=$tmp/conf
none='nothing to change'

# applied NAME EXPECTED [OPTION...]: what it says that it has changed; it says
# the same before, of what it would, and nothing afterwards
applied()
{
	local name=$1 want=$2

	shift 2
	is "$name, said before" "$(vifmap apply "$conf" --dry-run "$@" 2>&1)" \
		"$want"
	is "$name" "$(vifmap apply "$conf" "$@" 2>&1)" "$want"
	is "$name, again" "$(vifmap apply "$conf" "$@")" "$none"
}

# The addresses that lead to a vif
macs() { vifmap -j mac show vif "$1" | jq -r '[.[].addr] | sort | join(" ")'; }

cat >"$conf" <<END
# The host's own network
dev vifmap0 pdev eth0 max-macs 20 flood-rate 0
vif v0 pdev eth0 mac ${mac[v0]} mac $a
vif v1 pdev eth0
END
applied "from nothing" "create vifmap0 on eth0
set options of vifmap0: max-macs 20 flood-rate 0
attach v0 to vifmap0
attach v1 to vifmap0
add ${mac[v0]} to v0
add $a to v0
set vifmap0 up"
is "a veth has its peer's address" "$(macs v1)" "${mac[v1]}"
fire_between wire host v0 v1
must start_monitor

cat >"$conf" <<END
dev vifmap0 pdev eth0 max-macs 6 flood-rate 0 learn 3
vif v0 pdev "eth0" mac ${mac[v0]} mac $b inactive isolated on trunk on learn 0
vif v1 pdev eth0
mac $a vif v1
mac peer vif v1
vif v2 pdev eth0 mac $c
END
begin_fire
moment before
applied "a difference, under traffic" "set options of vifmap0: learn 3
attach v2 to vifmap0
set options of v0: isolated on trunk on
set options of v1: learn 3
move $a from v0 to v1
add $b to v0, inactive
add $c to v2
set options of vifmap0: max-macs 6"
sed -i "s/ mac $b inactive/ mac $b/" "$conf"
applied "one entry" "make $b of v0 active"
end_fire
went "nobody has lost anything" begin end "$(intact wire host v0 v1)"
is "an address has moved" "$(macs v0); $(macs v1)" \
	"${mac[v0]} $b; ${mac[v1]} $a"
must vifmap dev set vifmap0 flood-rate 7
must wait_until has_line '"flood-rate":7' "$tmp/events"
is "in one step" "$(grep -c "\"event\":\"mac-.*$a" "$tmp/events")" 1
is "and no vif was attached twice" \
	"$(grep -cE '"event":"port-(add|del)"' "$tmp/events")" 1
is "options that are others by hand are put right" \
	"$(vifmap -j apply "$conf" | jq -c '[.[] | del(.pdev)]')" \
	'[{"action":"dev-set","dev":"vifmap0","flood-rate":0}]'
is "nothing, in JSON" "$(vifmap -j apply "$conf")" '[]'

# Whatever the file does not name belongs to somebody else.
must ip link add g0 type veth peer name g1
must vifmap attach g0 pdev eth0 mac $d isolated on
applied "a vif that the file does not name" "$none"
check "is still there" vifmap port show g0
sed -i '/^vif v2/d' "$conf"
applied "nor is one detached that it names no longer" "$none"
echo "mac $d vif v1" >>"$conf"
refused "conf:6: $d leads to g0, which the file does not name" 1 \
	vifmap apply "$conf"
applied "--prune" "detach v2 from vifmap0
detach g0 from vifmap0
add $d to v1" --prune
sed -i '/^dev/d' "$conf"
must vifmap dev set vifmap0 host off
applied "without a line of its own a device keeps its options" "$none"

# What is not there yet is no mistake.
cat >>"$conf" <<END
vif v8 pdev eth0 mac $c inactive
dev dmz pdev eth9
vif v9 pdev eth9
END
is "what is not there" "$(vifmap apply "$conf" 2>"$tmp/notes")" "$none"
is "waits, and it says so" "$(sed "s|$conf||" "$tmp/notes")" \
	":7: eth9 waits: there is no such interface
:6: v8 waits: there is no such interface"
must vifmap port set v0 isolated off
must ip link add v8 type veth peer name v8p
applied "it has come" "attach v8 to vifmap0
add $c to v8, inactive
set v8 up" --only v8
check "nothing else was touched" has_line 'isolated off' \
	<(vifmap port show v0)
must ip link add v9 type veth peer name v9p
is "a vif that waits for its pdev" "$(vifmap apply "$conf" --only v9)" "$none"
must ip link add eth9 type dummy
applied "the pdev has come" "create dmz on eth9
attach v9 to dmz
set dmz up
set v9 up" --only eth9
sed -i 's/^vif v8 pdev eth0/vif v8 pdev eth9/' "$conf"
applied "a vif goes to another pdev" "detach v8 from vifmap0
attach v8 to dmz
add $c to v8, inactive" --only v8
applied "all the rest" "set options of v0: isolated on"
finish
