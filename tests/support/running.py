"""Runs the command line as a user would, with inputs and outputs in .npy files."""

import json
import os
import re
import subprocess
from pathlib import Path

import numpy as np

from support.bounded import Bounded, assert_within, rounded

ROOT = Path(__file__).resolve().parents[2]
TTILE = os.environ.get("TTILE", str(ROOT / "build" / "ttile"))
KERNELS = ROOT / "tests" / "kernels"
UPSTREAM = Path(os.environ.get("TTILE_UPSTREAM", ROOT / "build" / "upstream" / "tilelang-0.1.14")) / "examples"
SECONDS = 300
DIAGNOSTIC = re.compile(r"^(?P<file>[^\n:]+):(?P<place>\d+:\d+): (?P<kind>\w+)\[(?P<code>[\w-]+)\]", re.MULTILINE)


def ttile(*arguments, cwd=ROOT, timeout=SECONDS):
    return subprocess.run(
        [TTILE, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL
    )


def ttile_json(*arguments, cwd=ROOT):
    """The report of a command that must succeed."""
    result = ttile(*arguments, "--json", cwd=cwd)
    assert result.returncode == 0, f"exit code {result.returncode}\n{result.stderr}"
    return json.loads(result.stdout)


def words(bindings):
    return [f"{name}={value}" for name, value in bindings.items()]


def normal(shape, dtype="bfloat16", seed=0, scale=1.0):
    """A seeded input that its format holds exactly."""
    values = np.random.default_rng([seed, *shape]).standard_normal(shape) * scale
    return Bounded(rounded(values, dtype), dtype)


def run_kernel(folder, kernel, bindings, inputs, outputs, options=("--no-timing",)):
    """Runs FILE:ENTRY on the inputs and gives the report and the outputs by name."""
    arguments = []
    for name, tensor in inputs.items():
        np.save(folder / f"{name}.npy", tensor.value.astype(np.float32))
        arguments += ["--input", f"{name}={folder / name}.npy"]
    for name in outputs:
        arguments += ["--output", f"{name}={folder / name}.out.npy"]
    report = ttile_json("run", kernel, *words(bindings), *arguments, "--threads", "1", *options)
    return report, {name: np.load(folder / f"{name}.out.npy") for name in outputs}


def check_kernel(folder, kernel, bindings, inputs, expected, options=("--no-timing",)):
    """Runs a kernel; the oracle and the formula must both agree. `expected` is {name: (Bounded, dtype)}."""
    path = kernel if "/" in str(kernel) else KERNELS / kernel
    report, outputs = run_kernel(folder, path, bindings, inputs, expected, options)
    assert report["pass"] is True, report
    for name, (formula, dtype) in expected.items():
        assert_within(outputs[name], formula, dtype)
    return report
