#!/usr/bin/env bash
# Installs a build into a folder of its own, then builds and runs a program against it as a user would, by CMake's
# find_package: tests/install/check.sh BUILD_FOLDER C_COMPILER
set -euo pipefail
build=$1
compiler=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$build/install-test
rm -rf "$work"
cmake --install "$build" --prefix "$work/prefix" >/dev/null

for file in bin/ttile include/ttile/ttile.h; do
    [ -f "$work/prefix/$file" ] || { echo "$file was not installed" >&2; exit 1; }
done
# Only ttile_* may be visible, so that no short name of ours meets one of the program that links the library.
if others=$(nm -g --defined-only "$work"/prefix/lib*/libttile.a "$work"/prefix/lib/*/libttile.a 2>/dev/null |
    awk 'NF == 3 && $3 !~ /^ttile_/ { print $3 }' | grep .); then
    echo "libttile.a shows names of its own: $others" >&2
    exit 1
fi

cmake -S "$root/tests/install/consumer" -B "$work/consumer" -DCMAKE_C_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$work/prefix" -DEXAMPLE="$root/examples/embed.c" >/dev/null
cmake --build "$work/consumer" >/dev/null
cd "$root"
"$work/consumer/embed"
"$work/prefix/bin/ttile" --version
