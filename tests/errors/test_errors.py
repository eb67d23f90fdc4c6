"""Bad source files. Each file of this folder says in its first lines how it is run and what must be seen:

    # run: run M=128 N=128          the arguments without the file; this is the default
    # error: LINE:COLUMN code
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
    place, code = header(text, "error").split()
    result = run(name, header(text, "run", "run M=128 N=128"))
    seen = [(found["place"], found["code"]) for found in DIAGNOSTIC.finditer(result.stderr) if found["kind"] == "error"]
    assert (place, code) in seen, f"expected {place} {code}, seen {seen}\n{result.stderr}\n{result.stdout}"
    assert result.returncode == int(header(text, "exit", "1")), result.stderr


@pytest.mark.parametrize("name", FILES)
def test_message_shows_the_line(name):
    """Each message has the source line and a caret under the place."""
    text = (FOLDER / name).read_text()
    place, code = header(text, "error").split()
    line, column = (int(number) for number in place.split(":"))
    result = run(name, header(text, "run", "run M=128 N=128"))
    shown = text.splitlines()[line - 1].strip()[:40]
    assert shown in result.stderr, result.stderr
    assert "^" in result.stderr, result.stderr


def test_l1_overflow_shows_the_byte_table():
    result = run("l1_overflow.py", "run M=1024 N=1024")
    for word in ("cb_A_shared", "4194304", "1499136", "105824"):
        assert word in result.stderr, result.stderr


def test_missing_parameters_are_all_named():
    result = run("missing_parameters.py", "run M=128 N=128")
    assert "block_M" in result.stderr and "block_N" in result.stderr
