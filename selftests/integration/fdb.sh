#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Roots: bookworm trixie
#
# The selftest of this name with each release's own iproute2

# shellcheck source=../fdb.sh
. "${0%/*}/../fdb.sh"
