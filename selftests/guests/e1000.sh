#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: qemu-system-x86 ipxe-qemu dnsmasq-base nfs-kernel-server
# Options: -m 1024 -n e1000
# Timeout: 1200
# Prepare: prepare
#
# A guest with an Intel 82540EM boots from the network and uses it: see
# lib-nic.sh.

# shellcheck source=lib-nic.sh
. "${0%/*}/lib-nic.sh"

nic_test e1000 e1000
