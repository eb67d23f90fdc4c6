#!/usr/bin/env bash
# The vendor's headers and a compiler that reads them, for tests/metalium/check.py: tests/metalium/fetch.sh FOLDER
# From PyPI the wheel ttnn, from Debian a bare-metal RISC-V compiler, its C library, and a 32-bit libstdc++.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$1
version=0.81.1
mkdir -p "$folder"

scripts/install_packages.sh metalium
if [ ! -d "$folder/ttnn/tt_metal" ]; then
    echo "Fetching ttnn $version"
    wheels=$folder/wheels
    python=build/venv/bin/python
    [ -x "$python" ] || python=python3
    timeout 900 "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        --python-version 3.10 --implementation cp --abi cp310 --platform manylinux_2_34_x86_64 --dest "$wheels" \
        "ttnn==$version"
    "$python" - "$wheels"/ttnn-"$version"-*.whl "$folder" <<'PYTHON'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith("ttnn/tt_metal/")])
PYTHON
    rm -r "$wheels"
fi
if [ ! -d "$folder/usr/include/newlib/c++" ]; then
    package=libstdc++-arm-none-eabi-dev
    echo "Fetching $package"
    (cd "$folder" && apt-get download -qq "$package" 2>/dev/null)
    dpkg-deb --fsys-tarfile "$folder/$package"_*.deb | tar -x -C "$folder" --wildcards './usr/include/*'
    rm "$folder/$package"_*.deb
fi
