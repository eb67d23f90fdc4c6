#!/usr/bin/env bash
# Runs the libFuzzer targets (all of them, unless some are named):
#   scripts/fuzz.sh SECONDS [TARGET ...]   hunts: so many seconds each, from the corpus that earlier hunts left
#   scripts/fuzz.sh --repeat [TARGET ...]  checks: the same inputs every time, made from the seeds alone, so what has
#                                          passed passes again until the code changes. About a minute a target.
# A crash is kept under fuzz/crashes/<target>/, where the normal tests run it again from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
how=$1
shift
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=($(cd fuzz && ls fuzz_*.c | sed 's/\.c$//'))

# Runs of --repeat: what each target does in a minute or less on a slow machine.
declare -A runs=([fuzz_ir]=4000 [fuzz_lower]=5000 [fuzz_npy]=150000 [fuzz_plan]=3000 [fuzz_source]=5000)

scripts/fuzz_seeds.sh
status=0
for target in "${targets[@]}"; do
    seeds=build-fuzz/seeds/$target
    crashes=fuzz/crashes/$target
    mkdir -p "$crashes"
    options=(-rss_limit_mb=4096 -max_len=65536 -artifact_prefix="$crashes/" -print_final_stats=1 -verbosity=1)
    [ "$target" = fuzz_npy ] || options+=(-dict=build-fuzz/words.dict)
    if [ "$how" = --repeat ]; then
        echo "== $target, ${runs[$target]} runs"
        # Seeds are given by name, in order: how a folder lists them is the file system's choice. What is compared holds
        # addresses, which differ between processes, so it is not taken for new inputs (-use_cmp=0).
        find "$seeds" -type f | LC_ALL=C sort | paste -sd, >"build-fuzz/$target.seeds"
        options+=(-seed=1 -runs="${runs[$target]}" -use_cmp=0 -timeout=300 -seed_inputs="@build-fuzz/$target.seeds")
    else
        echo "== $target, $how s"
        mkdir -p "build-fuzz/corpus/$target"
        options+=(-max_total_time="$how" -timeout=25 "build-fuzz/corpus/$target" "$seeds")
    fi
    log=build-fuzz/$target.log
    if ! build-fuzz/"$target" "${options[@]}" >"$log" 2>&1; then
        tail -60 "$log"
        echo "$target found a crash; its input is in $crashes" >&2
        status=1
    fi
    grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "$log" || true
done
exit "$status"
