"""Our examples, run as a user would run them."""

import ast
import importlib.util
import json

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


def kernels_of(path):
    """Kernels as `ttile run` names them: the first one by its file alone."""
    functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
    names = [node.name for node in functions if any("jit" in ast.unparse(decorator) for decorator in node.decorator_list)]
    return [path.name, *(f"{path.name}:{name}" for name in names[1:])]


def test_both_pipelines_are_compared_on_every_kernel():
    spec = importlib.util.spec_from_file_location("pipelines", ROOT / "bench" / "pipelines.py")
    pipelines = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pipelines)
    kernels = [kernel for path in (ROOT / "examples").glob("*.py") for kernel in kernels_of(path)]
    assert sorted(pipelines.CASES) == sorted(kernels)
    assert json.loads((ROOT / "bench" / "legacy_cycles.json").read_text()).keys() == set(kernels)
