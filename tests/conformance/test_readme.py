"""The table of README.md names tests and folders that exist."""

import re
from pathlib import Path

from support.running import ROOT

FOLDER = Path(__file__).resolve().parent


def test_names_exist():
    text = (FOLDER / "README.md").read_text()
    defined = set()
    for path in FOLDER.glob("test_*.py"):
        defined |= set(re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE))
    for file, name in re.findall(r"`(test_\w+\.py)::(test_\w+)`", text):
        assert f"def {name}(" in (FOLDER / file).read_text(), f"{file}::{name}"
    for name in re.findall(r"`(test_\w+)`", text):
        assert name in defined, name
    for path in re.findall(r"`(tests/[\w/.-]+)`", text):
        assert (ROOT / path).exists(), path
