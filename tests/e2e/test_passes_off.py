"""Every optional pass earns its place: without it no number is wrong, and something that it is for gets worse."""

import os
import subprocess
import sys

import pytest
from support.running import KERNELS, ROOT, TTILE, ttile_json, words

# Kernels that between them give every optional pass something to do.
SAMPLES = [
    ("gemm.py:matmul", {"M": 256, "N": 256, "K": 512, "block_M": 128, "block_N": 128}),
    ("fused.py:scale_relu_residual", {"M": 128, "N": 128, "K": 128}),
    ("several.py:gated", {"M": 128, "N": 128, "K": 64}),
    ("elementwise.py:arithmetic", {"M": 128, "N": 128}),
]


def optional_passes():
    if not os.path.exists(TTILE):
        return []
    return [entry["name"] for entry in ttile_json("passes")["passes"] if entry["optional"]]


def run_sample(kernel, sizes, *options):
    report = ttile_json("run", KERNELS / kernel, *words(sizes), *options)
    assert report["pass"] is True, (kernel, options, report)
    return report["cycles"]


def golden_fails_without(name):
    runner = [sys.executable, ROOT / "tests/golden/run.py", "--disable", name]
    return subprocess.run(runner, capture_output=True).returncode != 0


@pytest.mark.parametrize("name", optional_passes())
def test_without_an_optional_pass(name):
    slower = []
    for kernel, sizes in SAMPLES:
        with_it = run_sample(kernel, sizes)
        without = run_sample(kernel, sizes, f"--disable={name}")
        slower.append(without > with_it)
    assert any(slower) or golden_fails_without(name), f"nothing changes without {name}"
