#!/usr/bin/env bash
# Fills build-fuzz/corpus/<target> from the examples and tests: sources as they are; IR after every pass, plans and .npy
# files as ttile writes them.
set -euo pipefail
cd "$(dirname "$0")/.."
corpus=${CORPUS:-build-fuzz/corpus}
ttile=${TTILE:-build-fuzz/ttile}
mkdir -p "$corpus"/fuzz_source "$corpus"/fuzz_ir "$corpus"/fuzz_plan "$corpus"/fuzz_npy "$corpus"/fuzz_lower
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fuzz_lower takes its pass from the last byte: for the dump NN-PASS.ttir that is the pass behind it.
with_choice() { # FILE NN-NAME SEED
    local number=$((10#${2%%-*}))
    { cat "$1" && printf "\\x$(printf %x "$number")"; } >"$3"
}

for file in examples/*.py tests/kernels/*.py tests/errors/*.py; do
    cp "$file" "$corpus/fuzz_source/$(basename "$(dirname "$file")")-$(basename "$file")"
done
for file in tests/pass/*/*.ttir; do
    [ -f "$file" ] && cp "$file" "$corpus/fuzz_ir/$(basename "$(dirname "$file")")-$(basename "$file")"
done
for file in examples/*.py; do
    name=$(basename "$file" .py)
    "$ttile" opt "$file" --dump-dir "$work/$name" >/dev/null 2>&1 || true
    for dump in "$work/$name"/*.ttir; do
        [ -f "$dump" ] || continue
        seed=$name-$(basename "$dump")
        cp "$dump" "$corpus/fuzz_ir/$seed"
        with_choice "$dump" "${seed#"$name"-}" "$corpus/fuzz_lower/$seed"
    done
    with_choice "$file" 16-all "$corpus/fuzz_lower/$name.py"
    "$ttile" compile "$file" -o "$work/plans-$name" >/dev/null 2>&1 || true
    for plan in "$work/plans-$name"/*/tt.plan.json; do
        [ -f "$plan" ] && cp "$plan" "$corpus/fuzz_plan/$name.json"
    done
done
# 4 x 3 numbers as fuzz_npy's tensors are, in the formats that may come.
npy() { # NAME DESCR BYTES
    local header="{'descr': '$2', 'fortran_order': False, 'shape': (4, 3), }"
    printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "$header" >"$corpus/fuzz_npy/$1.npy"
    head -c "$3" /dev/zero >>"$corpus/fuzz_npy/$1.npy"
}
npy float32 '<f4' 48
npy float64 '<f8' 96
npy raw16 '<V2' 24
npy int32 '<i4' 48
npy short '<f4' 20
