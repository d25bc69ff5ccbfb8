#!/usr/bin/env bash
# Runs once more, alone, what failed in a build tree's last ctest run and has real processes (labels integration, e2e);
# the outcome is junit-again.xml in the tree. Unit tests get no second try, and neither does a tree in which much is broken.
#
#   setup/run_again.sh TREE
set -uo pipefail
tree=$1
most=10
failures=$tree/Testing/Temporary/LastTestsFailed.log # lines `number:name`
[ -s "$failures" ] && [ "$(wc -l <"$failures")" -le "$most" ] || exit 0

# ctest counts anew behind a label: `-L` and `-I` together choose other tests than those with these numbers.
numbers=$(comm -12 <(cut -d: -f1 "$failures" | sort) \
  <(ctest --test-dir "$tree" -N -L '^(integration|e2e)$' | sed -nE 's/^ *Test +#([0-9]+): .*/\1/p' | sort) | paste -sd,)
[ -n "$numbers" ] || exit 0
exec ctest --test-dir "$tree" -I "0,0,0,$numbers" --output-on-failure --output-junit junit-again.xml
