"""Writes the kernels of cases.py as TileLang itself prints them. Needs tilelang 0.1.15; a GPU is not needed.

    python3 -m venv /tmp/tilelang && /tmp/tilelang/bin/pip install tilelang==0.1.15
    /tmp/tilelang/bin/python tests/tvmscript/print_kernels.py [NAME ...]
"""

import importlib.util
import sys
from pathlib import Path

from cases import CASES, DYNAMIC

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(name):
    source, parameters = CASES[name]
    path, entry = source.split(":")
    given = {key: value for key, value in parameters.items() if key not in DYNAMIC.get(name, ())}
    function = getattr(load(ROOT / path), entry).get_tir(**given)
    return function.script().rstrip() + "\n"


def main():
    for name in sys.argv[1:] or CASES:
        (FOLDER / "prints" / f"{name}.py").write_text(text_of(name))


if __name__ == "__main__":
    main()
