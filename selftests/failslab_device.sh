#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# failslab.sh for the device: it comes and goes, vifs are attached and detached,
# the host's addresses change

export part=devices
# shellcheck source=failslab.sh
. "${0%/*}/failslab.sh"
