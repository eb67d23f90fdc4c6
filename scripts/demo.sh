#!/usr/bin/env bash
# From a fresh machine to a verified run: installs what is missing, builds an optimised build/ttile, and runs
# examples/gemm.py on a simulated Wormhole. Ends with PASS.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install_packages.sh build
echo "Building build/ttile"
# A build folder that was configured for tests stays so; a new one does without what only tests need.
[ -f build/CMakeCache.txt ] || cmake --preset release -DBUILD_TESTING=OFF >/dev/null
cmake --build build -j "$(nproc)" --target ttile -- -s >/dev/null
echo "build/ttile run examples/gemm.py"
exec build/ttile run examples/gemm.py
