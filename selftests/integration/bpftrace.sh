#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The one-liners of the documentation, as they stand there, say what frames do.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |
#              v0  v1
#             veth tap
#
# Packages: bpftrace
# Roots: bookworm trixie

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
need_commands bpftrace
page=$here/../Documentation/networking/vifmap.rst

# one_liner EVENT: the program for it that is on the page
one_liner()
{
	sed -n "/^  bpftrace -e 'tracepoint:vifmap:$1\$/,/'\$/p" "$page" |
		sed "1s/.*bpftrace -e '//; \$s/'\$//"
}

is_watching() { wait_until has_line ready "$tmp/$1"; }

# watch EVENT: its program runs until end_watch
watch()
{
	one_liner "$1" >"$tmp/$1.bt"
	printf '%s\n' 'BEGIN { printf("ready\n"); }' >>"$tmp/$1.bt"
	# It needs no headers of the kernel, but would try those that the test
	# machine has for building modules, which are not all.
	# shellcheck disable=SC2016 # expanded by the inner shell
	background host unshare --mount bash -c '
		mount -t tmpfs none "/lib/modules/$(uname -r)" &&
			exec bpftrace -B line "$1"' - "$tmp/$1.bt" \
		>"$tmp/$1" 2>&1
	watcher=$!
	is_watching "$1" || sed 's/^/# bpftrace: /' "$tmp/$1"
	must is_watching "$1"
}

end_watch() { must kill -INT $watcher; wait $watcher; }

topology veth tap
watch vifmap_forward
flow "from a vif to a vif" v1 v0 len=100 count=3 -- v0
flow "from the wire" wire v1 len=200 -- v1
end_watch
check "so many bytes from one to the other" \
	has_line '^@\[v1, v0\]: 300$' "$tmp/vifmap_forward"
check "and from the wire" has_line '^@\[eth0, v1\]: 200$' "$tmp/vifmap_forward"

watch vifmap_drop
flow "a vif to itself" v1 v1 --
flow "another's source" v0 wire src="${mac[v1]}" --
end_watch
check "a drop is told" has_line '^v1 to : hairpin$' "$tmp/vifmap_drop"
check "and another one" has_line '^v0 to : spoofed$' "$tmp/vifmap_drop"
finish
