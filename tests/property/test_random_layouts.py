"""Kernels on tensors with random shards, grids, tile orders and schedules give what the oracle and a formula say."""

import os

import pytest
from property.layouts import generate_layouts
from support.running import check_kernel

COUNT = int(os.environ.get("TTILE_PROPERTY_COUNT", "60"))
SEEDS = [int(os.environ["TTILE_PROPERTY_SEED"])] if "TTILE_PROPERTY_SEED" in os.environ else range(COUNT)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_layout(tmp_path, seed):
    kernel = generate_layouts(seed)
    path = tmp_path / "kernel.py"
    path.write_text(kernel.text)
    check_kernel(tmp_path, path, {}, kernel.inputs, {"C": (kernel.expected, "bfloat16")})
