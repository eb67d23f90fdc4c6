#!/usr/bin/env bash
# Fills build-fuzz/seeds/<target> from the examples and tests: sources as they are; IR before and after every pass, with
# the pass that comes next; plans and .npy files as ttile writes them; and build-fuzz/words.dict with the words of the
# languages.
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${SEEDS:-build-fuzz/seeds}
ttile=${TTILE:-build-fuzz/ttile}
rm -rf "$seeds"
mkdir -p "$seeds"/fuzz_source "$seeds"/fuzz_ir "$seeds"/fuzz_plan "$seeds"/fuzz_npy "$seeds"/fuzz_lower
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Passes as files and folders have them, in order.
passes=($(sed -n 's/^PASS(\(.*\))$/\1/p' src/pass/passes.def | tr _ -))

pass_behind() { # PASS: the one that comes next; nothing behind the last
    local i
    for i in "${!passes[@]}"; do
        [ "${passes[$i]}" != "$1" ] || echo "${passes[$((i + 1))]:-}"
    done
}

# fuzz_lower takes its passes from the last line (fuzz/lowering.h).
with_passes() { # FILE LINE SEED
    { cat "$1" && printf '\n%s\n' "$2"; } >"$3"
}

for file in examples/*.py tests/kernels/*.py tests/errors/*.py; do
    seed=$(basename "$(dirname "$file")")-$(basename "$file")
    cp "$file" "$seeds/fuzz_source/$seed"
    case "$file" in tests/errors/*) ;; *) cp "$file" "$seeds/fuzz_lower/$seed" ;; esac
done
for file in tests/pass/*/*.ttir tests/pass/*/*.expected tests/programs/legal/*.ttir; do
    pass=$(basename "$(dirname "$file")")
    seed=$pass-$(basename "$file")
    cp "$file" "$seeds/fuzz_ir/$seed"
    next=$pass
    case "$file" in *.expected) next=$(pass_behind "$pass") ;; esac
    with_passes "$file" "# from $next" "$seeds/fuzz_lower/$seed"
done
for file in examples/*.py; do
    name=$(basename "$file" .py)
    "$ttile" opt "$file" --no-locations --dump-dir "$work/$name" >/dev/null 2>&1 || true
    for dump in "$work/$name"/*.ttir; do
        [ -f "$dump" ] || continue
        seed=$name-$(basename "$dump")
        cp "$dump" "$seeds/fuzz_ir/$seed"
        last=$(basename "$dump" .ttir)
        with_passes "$dump" "# run ${last#*-}" "$seeds/fuzz_lower/$seed"
    done
    "$ttile" compile "$file" -o "$work/plans-$name" >/dev/null 2>&1 || true
    for plan in "$work/plans-$name"/*/tt.plan.json; do
        [ -f "$plan" ] && cp "$plan" "$seeds/fuzz_plan/$name-$(basename "$(dirname "$plan")").json"
    done
done

# 4 x 3 numbers as fuzz_npy's tensors are, in the formats that may come.
npy() { # NAME DESCR BYTES
    local header="{'descr': '$2', 'fortran_order': False, 'shape': (4, 3), }"
    printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "$header" >"$seeds/fuzz_npy/$1.npy"
    head -c "$3" /dev/zero >>"$seeds/fuzz_npy/$1.npy"
}
npy float32 '<f4' 48
npy float64 '<f8' 96
npy raw16 '<V2' 24
npy int32 '<i4' 48
npy short '<f4' 20

# Every quoted word of the tables.
sed 's,//.*,,' src/ir/*.def src/front/*.def src/program/*.def src/compat/*.def src/plan/plan.schema.json |
    grep -o '"[A-Za-z_$][A-Za-z0-9_.]*"' | sort -u >build-fuzz/words.dict
