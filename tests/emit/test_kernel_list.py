"""tests/metalium/kernels.txt names every kernel of the examples and of tests/kernels, so that all are type-checked."""

import re

import pytest
from support.running import ROOT

LINES = (ROOT / "tests/metalium/kernels.txt").read_text().splitlines()
FILES = sorted([*(ROOT / "examples").glob("*.py"), *(ROOT / "tests/kernels").glob("*.py")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_all_kernels_are_named(path):
    file = str(path.relative_to(ROOT))
    named = {line.split()[0] for line in LINES if line}
    kernels = re.findall(r"^@(?:tilelang\.jit|T\.prim_func).*\ndef (\w+)", path.read_text(), re.MULTILINE)
    assert kernels
    missing = {f"{file}:{kernel}" for kernel in kernels} - named
    assert not missing or (file in named and len(missing) == 1)  # a file's own call chooses one


def test_all_legal_programs_are_named():
    programs = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/programs/legal").glob("*.ttir")}
    between_cores = {name for name in programs if "semaphore" in (ROOT / name).read_text()}
    assert between_cores <= {line.split()[0] for line in LINES if line}
