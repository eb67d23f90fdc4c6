#!/usr/bin/env bash
# Runs every libFuzzer target for so many seconds each: scripts/fuzz.sh SECONDS [TARGET ...]
# A crash is kept under fuzz/crashes/<target>/, where the normal tests run it again from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=($(cd fuzz && ls fuzz_*.c | sed 's/\.c$//'))

scripts/fuzz_seeds.sh
status=0
for target in "${targets[@]}"; do
    corpus=build-fuzz/corpus/$target
    crashes=fuzz/crashes/$target
    mkdir -p "$corpus" "$crashes"
    echo "== $target, $seconds s"
    log=build-fuzz/$target.log
    if ! build-fuzz/"$target" "$corpus" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=4096 \
        -max_len=16384 -artifact_prefix="$crashes/" -print_final_stats=1 -verbosity=1 >"$log" 2>&1; then
        tail -60 "$log"
        echo "$target found a crash; its input is in $crashes" >&2
        status=1
    fi
    grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "$log" || true
done
exit "$status"
