#!/usr/bin/env bash
# clang-tidy over the compile commands of the clang build, and the include directions.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f build-clang/compile_commands.json ] || cmake --preset clang >/dev/null
git ls-files 'src/*/*.c' | xargs -P "$(nproc)" -n 8 clang-tidy -p build-clang --quiet 2>/dev/null
python3 tests/layers/check.py
