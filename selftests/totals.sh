#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# totals.sh FILE - the sum of the results of in-vm.sh in this file, as one line.
# Status 0 when none failed and some passed. Those of insmod, rmmod and the like
# count when they fail.
set -euo pipefail

results=$1
test='selftests: vifmap: '

failed=$(grep -c '^not ok ' "$results" || :)
skipped=$(grep -c "^ok .*$test.*# SKIP" "$results" || :)
passed=$(grep "^ok .*$test" "$results" | grep -vc '# SKIP' || :)
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
