#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Root of a user namespace may do everything in a network namespace that it
# owns, and nothing in others.
#
#   w ---- e (vifmap0)     in a namespace of nobody's
#          |
#          v ---- g

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

need_commands setpriv unshare
as_nobody unshare -Urn true 2>/dev/null ||
	skip "unprivileged users may not create user namespaces"
# The tree may lie where nobody cannot go.
must install -D "$(command -v vifmap)" "$tmp/bin/vifmap"
PATH=$tmp/bin:$PATH
must ip link add eth0 type dummy
must ip link add v0 type veth peer name p0
must vifmap attach v0 pdev eth0

cat >"$tmp/inside" <<'END'
set -e
ip link add e type veth peer name w
ip link add v type veth peer name g
ip link set e up
ip link add link e type vifmap
ip link set v master vifmap0
ip link set v nomaster
vifmap attach v pdev e mac 02:00:00:00:0a:01
vifmap port set v spoofcheck off
vifmap mac add 02:00:00:00:0a:02 vif v
vifmap dev set vifmap0 host off
vifmap mac show vif v
END
check "in its own network namespace: everything" \
	as_nobody unshare -Urn bash "$tmp/inside"
is "it sees its own map" "$(as_nobody unshare -Urn bash "$tmp/inside" |
	sed 's/ .*//' | sort | paste -s -d ' ')" \
	"02:00:00:00:0a:01 02:00:00:00:0a:02"
refused 'perm' 1 as_nobody unshare -Ur vifmap mac add 02:00:00:00:0a:03 vif v0
refused 'perm' 2 as_nobody unshare -Ur ip link del vifmap0
refused 'perm' 1 as_nobody unshare -Ur vifmap port set v0 spoofcheck off
finish
