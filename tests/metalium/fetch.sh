#!/usr/bin/env bash
# The vendor's headers, a compiler that reads them, and ttnn itself, for tests/metalium/check.py:
# tests/metalium/fetch.sh FOLDER. From PyPI the wheel ttnn, from Debian a bare-metal RISC-V compiler, its C library, and a
# 32-bit libstdc++. The wheel is for Python 3.10; where there is none, run.py is not run.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$1
version=0.81.1
mkdir -p "$folder"

scripts/install_packages.sh metalium
if [ ! -f "$folder/ttnn/build/lib/libtt_metal.so" ]; then
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
    parts = ("ttnn/tt_metal/", "ttnn/build/lib/libtt_metal.so")
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(parts)])
PYTHON
    for candidate in python3.10 "$HOME"/.pyenv/versions/3.10*/bin/python; do
        [ "$("$candidate" -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null)" = "3 10" ] || continue
        echo "Installing ttnn $version"
        "$candidate" -m venv "$folder/venv"
        "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheels"/ttnn-"$version"-*.whl && break
        rm -r "$folder/venv"
    done
    rm -r "$wheels"
fi
if [ ! -d "$folder/usr/include/newlib/c++" ]; then
    package=libstdc++-arm-none-eabi-dev
    echo "Fetching $package"
    (cd "$folder" && apt-get download -qq "$package" 2>/dev/null)
    dpkg-deb --fsys-tarfile "$folder/$package"_*.deb | tar -x -C "$folder" --wildcards './usr/include/*'
    rm "$folder/$package"_*.deb
fi
