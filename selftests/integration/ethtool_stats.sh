#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Roots: bookworm trixie
#
# The selftest of this name with each release's own ethtool

# shellcheck source=../ethtool_stats.sh
. "${0%/*}/../ethtool_stats.sh"
