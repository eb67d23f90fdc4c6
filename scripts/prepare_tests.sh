#!/usr/bin/env bash
# What the tests need besides the build: a Python environment in build/venv, and TileLang's own examples in
# build/upstream (from its source archive; they are not part of this repository).
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install_packages.sh build test
mkdir -p build

python=build/venv/bin/python
stamp=build/venv/requirements.installed
if ! cmp -s tests/requirements.txt "$stamp"; then
    [ -x "$python" ] || python3 -m venv build/venv
    "$python" -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
    cp tests/requirements.txt "$stamp"
fi

version=0.1.14
examples=build/upstream/tilelang-$version/examples
if [ ! -f "$examples/quickstart.py" ]; then
    mkdir -p build/upstream
    archive=build/upstream/tilelang-$version.tar.gz
    log=build/upstream/download.log
    if [ ! -f "$archive" ]; then
        timeout 600 "$python" -m pip download --disable-pip-version-check --no-deps --no-binary=tilelang \
            --dest build/upstream "tilelang==$version" >"$log" 2>&1 || true
    fi
    if [ -f "$archive" ]; then
        tar -xzf "$archive" -C build/upstream --wildcards "tilelang-$version/examples/*"
    else
        echo "warning: tilelang $version could not be downloaded (see $log); the tests of its examples are skipped" >&2
        [ "${TTILE_REQUIRE_UPSTREAM:-0}" = 0 ] || exit 1
    fi
fi
