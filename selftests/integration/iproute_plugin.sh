#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Roots: bookworm trixie
#
# The selftest of this name with each release's own iproute2

# shellcheck source=../iproute_plugin.sh
. "${0%/*}/../iproute_plugin.sh"
