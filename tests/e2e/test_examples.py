"""Our examples, run as a user would run them."""

import pytest
from support.running import ROOT, ttile

EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_passes(name):
    result = ttile("run", f"examples/{name}")
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    assert "PASS" in result.stdout.splitlines()[-1]


def test_second_entry():
    result = ttile("run", "examples/elementwise.py:gelu")
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    assert "PASS" in result.stdout.splitlines()[-1]
