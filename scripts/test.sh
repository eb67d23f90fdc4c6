#!/usr/bin/env bash
# Runs the tests of one preset through CTest and closes with the counts: scripts/test.sh PRESET [ctest option ...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
case "$preset" in
release) folder=build ;;
*) folder=build-$preset ;;
esac

# Tests are about processes of one thread each, so the machine's cores are shared out here.
status=0
ctest --test-dir "$folder" --no-tests=error -j "$(nproc)" --output-on-failure "$@" 2>&1 | tee "$folder/test.log" || status=$?

# The cases behind the entries above, as cmocka and pytest count them.
awk '
    /\[  PASSED  \] [0-9]+ test/ { passed += $4 }
    /\[  FAILED  \] [0-9]+ test/ { failed += $4 }
    /^[0-9]+ (passed|failed|skipped).* in [0-9.]+s/ || /^=+ .*(passed|failed|skipped).* in / {
        for (i = 1; i < NF; i++) {
            if ($(i + 1) ~ /^passed/) passed += $i
            if ($(i + 1) ~ /^failed/ || $(i + 1) ~ /^error/) failed += $i
            if ($(i + 1) ~ /^skipped/) skipped += $i
        }
    }
    /^golden: / { passed += $2; failed += $4 }
    END { printf "cases: %d passed, %d failed, %d skipped\n", passed, failed, skipped }
' "$folder/Testing/Temporary/LastTest.log"
if [ "$status" -ne 0 ]; then
    echo "Tests FAILED. One entry again: ctest --test-dir $folder --output-on-failure -R NAME" >&2
fi
exit "$status"
