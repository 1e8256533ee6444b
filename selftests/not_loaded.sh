#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Without the module the tool says so in one line, and ip does as with any
# kind that it does not know.

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

must ip link add eth0 type dummy
must ip link add v0 type veth peer name p0
unload() { rmmod vifmap; }

# refused() cannot ask for the state without the module.
get_state() { state=$(ip -d link); }

check "with the module -V says its version" \
	grep -qE '^vifmap [0-9.]+, module [0-9]' <(vifmap -V)
must wait_until unload
for command in 'attach v0 pdev eth0' 'detach v0' show 'dev show' \
	'port set v0 trunk on' 'mac add 02:00:00:00:0a:01 vif v0' stats \
	monitor; do
	# The kernel loads it by itself where it is installed.
	! module_loaded || break
	# shellcheck disable=SC2086 # words
	refused 'not loaded' 1 vifmap $command
done
if ! module_loaded; then
	refused 'nknown device type|not supported' 2 \
		ip link add link eth0 type vifmap
	is "doctor says that there is none" "$(vifmap doctor eth0 | head -n 1)" \
		"module: it is not loaded: modprobe vifmap"
	check "-V says that there is none" \
		grep -q 'module not loaded' <(vifmap -V)
	must load_module
fi
check "loaded again, it works" vifmap attach v0 pdev eth0
finish
