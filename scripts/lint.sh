#!/usr/bin/env bash
# clang-tidy over the compile commands of the clang build, and the include directions.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset clang -DBUILD_TESTING=OFF >/dev/null
git ls-files 'src/*/*.c' | xargs -P "$(nproc)" -n 4 clang-tidy -p build-clang --quiet
python3 tests/layers/check.py
