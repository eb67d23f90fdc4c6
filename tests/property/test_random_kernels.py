"""Random kernels by fixed seeds. TTILE_PROPERTY_COUNT asks for more, TTILE_PROPERTY_SEED for one."""

import os

import pytest
from property.generate import generate
from support.running import check_kernel

COUNT = int(os.environ.get("TTILE_PROPERTY_COUNT", "60"))
SEEDS = [int(os.environ["TTILE_PROPERTY_SEED"])] if "TTILE_PROPERTY_SEED" in os.environ else range(COUNT)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_kernel(tmp_path, seed):
    kernel = generate(seed)
    path = tmp_path / "kernel.py"
    path.write_text(kernel.text)
    expected = {"C": (kernel.expected, kernel.out_dtype)}
    check_kernel(tmp_path, path, {}, kernel.inputs, expected, ("--no-timing", *kernel.options))
