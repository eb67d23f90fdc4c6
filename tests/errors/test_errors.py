"""Bad source files. Each file of this folder says in its first lines how it is run and what must be seen:

    # run: run M=128 N=128          the arguments without the file; this is the default
    # error: LINE:COLUMN code       once for each error: those and no others must be seen, in any order
    # exit: 1
"""

import re
import subprocess
from pathlib import Path

import pytest
from support.running import DIAGNOSTIC, TTILE

FOLDER = Path(__file__).resolve().parent
FILES = sorted(path.name for path in FOLDER.glob("*.py") if not path.name.startswith("test_"))
SECONDS = 60


def header(text, key, default=None):
    found = re.search(rf"^# {key}: *(.+)$", text, re.MULTILINE)
    return found.group(1) if found else default


def errors(text):
    return [tuple(line.split()) for line in re.findall(r"^# error: *(.+)$", text, re.MULTILINE)]


def run(name, command, *options):
    """The file's command; a word `:ENTRY` goes behind the file's name."""
    words = command.split()
    entry = next((word for word in words if word.startswith(":")), "")
    words = [word for word in words if word != entry]
    arguments = [TTILE, words[0], name + entry, *words[1:], *options]
    return subprocess.run(arguments, cwd=FOLDER, capture_output=True, text=True, timeout=SECONDS)


@pytest.mark.parametrize("name", FILES)
def test_error(name):
    text = (FOLDER / name).read_text()
    result = run(name, header(text, "run", "run M=128 N=128"))
    seen = [(found["place"], found["code"]) for found in DIAGNOSTIC.finditer(result.stderr) if found["kind"] == "error"]
    assert sorted(seen) == sorted(errors(text)), f"{result.stderr}\n{result.stdout}"
    assert result.returncode == int(header(text, "exit", "1")), result.stderr


@pytest.mark.parametrize("name", FILES)
def test_message_shows_the_line(name):
    """Each message has the source line and a caret under the place."""
    text = (FOLDER / name).read_text()
    result = run(name, header(text, "run", "run M=128 N=128"))
    for place, _ in errors(text):
        line = int(place.partition(":")[0])
        assert text.splitlines()[line - 1].strip()[:40] in result.stderr, result.stderr
    assert "^" in result.stderr, result.stderr


def test_l1_overflow_shows_the_byte_table():
    result = run("l1_overflow.py", "run M=1024 N=1024")
    for word in ("cb_A_shared", "4194304", "1499136", "105824"):
        assert word in result.stderr, result.stderr


@pytest.mark.parametrize(
    "name, words",
    [
        ("layout_shard_unaligned.py", ("[100, 64]", "tile-aligned", "multiples of 32 and 32")),
        ("layout_halo.py", ("halo", "copies of their own")),
        ("layout_shard_too_few_cores.py", ("4x4 shards of [32, 32]", "grid of 2x4")),
        ("layout_unknown_value.py", ("space is dram or l1",)),
        ("layout_z_order_of_three_tiles.py", ("powers of two", "3x4 tiles")),
        ("schedule_contradiction.py", ("z_order does not go with the strategy row_major",)),
    ],
)
def test_layouts_say_what_is_legal(name, words):
    header_run = header((FOLDER / name).read_text(), "run", "run M=128 N=128")
    result = run(name, header_run)
    for word in words:
        assert word in result.stderr, result.stderr


def test_shard_over_l1_is_in_the_byte_table():
    result = run("layout_shard_over_l1.py", "run M=8192 N=8192")
    for word in ("cb_A_shared", "shard", "1024 x  2048 =  2097152", "tensors in L1 together", "712032"):
        assert word in result.stderr, result.stderr


def test_missing_parameters_are_all_named():
    result = run("missing_parameters.py", "run M=128 N=128")
    assert "block_M" in result.stderr and "block_N" in result.stderr


def test_errors_end_after_twenty(tmp_path):
    lines = "".join(f"        T.clear(unknown_{i})\n" for i in range(30))
    kernel = (FOLDER / "several_mistakes.py").read_text().partition("        small =")[0] + lines
    (tmp_path / "many.py").write_text(kernel.replace("NN", "N"))
    result = subprocess.run([TTILE, "run", "many.py", "M=64", "N=64"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1
    assert len(DIAGNOSTIC.findall(result.stderr)) == 20
    assert result.stderr.count("error[too-many-errors]") == 1
