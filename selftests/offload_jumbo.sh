#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# offload_tcp.sh at an MTU of 9000

export mtu=9000 bytes=2000000
# shellcheck source=offload_tcp.sh
. "${0%/*}/offload_tcp.sh"
