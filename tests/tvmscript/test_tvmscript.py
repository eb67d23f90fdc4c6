"""Kernels as TileLang prints them, and in older TVM's spelling, are the kernels that they were printed from.

prints/ holds what print_kernels.py wrote, older/ the same kernels with other spellings (`# as: NAME` in the first line),
errors/ modules that are refused (`# error: LINE:COLUMN code`, `# exit: N`).
"""

import re
from pathlib import Path

import numpy as np
import pytest

from support.running import DIAGNOSTIC, ROOT, ttile, words
from tvmscript.cases import CASES, DYNAMIC

FOLDER = Path(__file__).resolve().parent
OLDER = sorted(path.name for path in (FOLDER / "older").glob("*.py"))
ERRORS = sorted(path.name for path in (FOLDER / "errors").glob("*.py"))


def source(name):
    path, parameters = CASES[name]
    return [ROOT / path, *words(parameters)]


def printed(name, path=None):
    parameters = {key: CASES[name][1][key] for key in DYNAMIC.get(name, ())}
    return [path or FOLDER / "prints" / f"{name}.py", *words(parameters)]


def succeed(*arguments):
    result = ttile(*arguments)
    assert result.returncode == 0, result.stderr
    return result


def canonical(arguments):
    return succeed("opt", *arguments, "--passes=canonicalize").stdout


def without_names(text):
    """Locations are left out; names become numbers by where they first appear, so equal texts differ in names only."""
    text = re.sub(r'  # [^"\n]*:\d+:\d+$', "", text, flags=re.MULTILINE)
    numbers = {}

    def number(found):
        name = found.group("name")
        return numbers.setdefault(name, f"n{len(numbers)}") if name else found.group()

    return re.sub(r'"[^"]*"|\.\w+|\b\d[\w.]*|(?P<name>[A-Za-z_]\w*)', number, text)


def outputs_of(text):
    return re.findall(r'^    (\w+): T\.Tensor\(.*role="(?:out|inout)"', text, re.MULTILINE)


def results(folder, arguments, outputs):
    folder.mkdir()
    options = [word for name in outputs for word in ("--output", f"{name}={folder / name}.npy")]
    succeed("run", *arguments, *options, "--threads", "1", "--no-timing")
    return {name: (folder / f"{name}.npy").read_bytes() for name in outputs}


def test_names_are_all_that_is_ignored():
    assert without_names("a = b + a") == without_names("x = y + x  # f.py:1:2")
    assert without_names("a = b + a") != without_names("x = y + y")
    assert without_names("a = b * 2.0") != without_names("a = b * 2.5")
    assert without_names('T.copy(a, "sum")') != without_names('T.copy(a, "max")')
    assert without_names("T.copy(a)") != without_names("T.fill(a)")


@pytest.mark.parametrize("name", CASES)
def test_same_ir(name):
    assert without_names(canonical(printed(name))) == without_names(canonical(source(name)))


@pytest.mark.parametrize("name", CASES)
def test_same_outputs(tmp_path, name):
    outputs = outputs_of(canonical(source(name)))
    assert outputs and outputs == outputs_of(canonical(printed(name)))
    expected = results(tmp_path / "source", source(name), outputs)
    assert results(tmp_path / "print", printed(name), outputs) == expected
    for output in outputs:
        assert np.any(np.load(tmp_path / "source" / f"{output}.npy")), f"{output} is all zero: the test shows nothing"


@pytest.mark.parametrize("file", OLDER)
def test_older_spellings(file):
    path = FOLDER / "older" / file
    name = re.match(r"# as: (\w+)\n", path.read_text()).group(1)
    assert without_names(canonical(printed(name, path))) == without_names(canonical(source(name)))


@pytest.mark.parametrize("file", ["kernel", "kernel.txt", "kernel.ttir"])
def test_told_by_the_text(tmp_path, file):
    path = tmp_path / file
    path.write_text((FOLDER / "prints" / "vector_add.py").read_text())
    assert without_names(canonical(printed("vector_add", path))) == without_names(canonical(source("vector_add")))


def test_told_without_a_header(tmp_path):
    text = (FOLDER / "prints" / "vector_add.py").read_text()
    path = tmp_path / "kernel.py"
    path.write_text("\n".join(text.splitlines()[1:]) + "\n")
    assert without_names(canonical(printed("vector_add", path))) == without_names(canonical(source("vector_add")))


def with_attributes(folder, attributes):
    text = (FOLDER / "prints" / "vector_add.py").read_text()
    assert '{"tilelang_out_idx": [-1]}' in text
    path = folder / "kernel.py"
    path.write_text(text.replace('{"tilelang_out_idx": [-1]}', attributes))
    return succeed("opt", path, "--passes=").stdout


def test_attributes_are_kept(tmp_path):
    text = with_attributes(tmp_path, '{"global_symbol": "add", "tir.noalias": T.bool(True), "tt.grid": [1, 4]}')
    for attribute in ('"global_symbol": "add"', '"tir.noalias": True', '"tt.grid": [1, 4]'):
        assert attribute in text, text


def test_out_idx_makes_an_output(tmp_path):
    assert 'B: T.Tensor((1024,), "float32", role="out")' in with_attributes(tmp_path, '{"tilelang_out_idx": [1]}')
    assert 'B: T.Tensor((1024,), "float32", role="in")' in with_attributes(tmp_path, "{}")


@pytest.mark.parametrize(
    "attribute,rewritten",
    [
        ('"tt.core_ranges": [{"start": [0, 0], "extent": [1, 1]}]', '"tt.core_grid": [1, 1]'),
        ('"tt.layout_desc": {"A": {"tile_shape": [32, 32]}}', '"tile_shape": [32, 32]'),
    ],
)
def test_attributes_of_an_older_form(tmp_path, attribute, rewritten):
    assert attribute in with_attributes(tmp_path, '{"tilelang_out_idx": [-1], ' + attribute + "}")
    after = succeed("opt", tmp_path / "kernel.py", "--passes=apply_compatibility_transforms").stdout
    assert rewritten in after and attribute not in after, after


def test_hints_are_named_in_one_note(tmp_path):
    text = (FOLDER / "prints" / "vector_add.py").read_text()
    hints = ['T.attr(None, "threadblock_swizzle_pattern", T.tvm_tuple("rasterization2DRow", 10))'] * 2
    path = tmp_path / "kernel.py"
    place = "                T.writes()\n" if "                T.writes()\n" in text else "            T.writes()\n"
    indent = place[: len(place) - len(place.lstrip())]
    text = text.replace(place, place + "".join(f"{indent}{hint}\n" for hint in hints))
    path.write_text(text.replace('"tl.launch_threads": [128, 1, 1]', '"tl.launch_threads": [128, 1, 1], "layout_map": {}'))
    notes = [line for line in succeed("opt", path, "--passes=").stderr.splitlines() if "hints" in line]
    assert len(notes) == 1 and notes[0].count("swizzle") == 1 and "layout_map" in notes[0], notes


@pytest.mark.parametrize("file", ERRORS)
def test_error(file):
    text = (FOLDER / "errors" / file).read_text()
    place, code = re.search(r"^# error: (\S+) (\S+)$", text, re.MULTILINE).groups()
    result = ttile("compile", FOLDER / "errors" / file, "-o", "/dev/null/nowhere")
    seen = [(found["place"], found["code"]) for found in DIAGNOSTIC.finditer(result.stderr) if found["kind"] == "error"]
    assert seen == [(place, code)], result.stderr
    assert result.returncode == int(re.search(r"^# exit: (\d)$", text, re.MULTILINE).group(1)), result.stderr
    assert "^" in result.stderr, result.stderr
