#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# nic_nd.sh with NICs of another kind

export driver=e1000
# shellcheck source=nic_nd.sh
. "${0%/*}/nic_nd.sh"
