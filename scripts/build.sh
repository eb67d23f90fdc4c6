#!/usr/bin/env bash
# Configures and builds one preset of CMakePresets.json: scripts/build.sh PRESET [TARGET ...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
targets=()
[ "$#" -gt 0 ] && targets=(--target "$@")

echo "Building preset $preset"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
