"""Launch grids of every rank, and control flow over work items."""

import numpy as np
import pytest
from support.running import check_kernel, normal


@pytest.mark.parametrize("M,N", [(96, 128), (2100, 64), (70, 100)])
def test_one_dimension(tmp_path, M, N):
    inputs = {"A": normal((M, N), seed=1)}
    formula = inputs["A"].cast("float32") + (np.arange(M) // 32)[:, None] * np.ones((M, N))
    check_kernel(tmp_path, "launches.py:one_dimension", {"M": M, "N": N}, inputs, {"C": (formula, "float32")})


@pytest.mark.parametrize("Z,M,N", [(2, 64, 96), (5, 100, 160), (3, 20, 20)])
def test_three_dimensions(tmp_path, Z, M, N):
    inputs = {"A": normal((Z, M, N), seed=1)}
    z, m, n = np.indices((Z, M, N))
    formula = inputs["A"].cast("float32") * 2.0 + (z * 100 + m // 32 * 10 + n // 32)
    check_kernel(tmp_path, "launches.py:three_dimensions", {"Z": Z, "M": M, "N": N}, inputs, {"C": (formula, "float32")})


@pytest.mark.parametrize("M,cores", [(320, 4), (330, 64), (64, 7)])
def test_strided_items(tmp_path, M, cores):
    inputs = {"A": normal((M, 64), seed=1)}
    bindings = {"M": M, "N": 64, "cores": cores}
    check_kernel(tmp_path, "launches.py:strided_items", bindings, inputs, {"C": (inputs["A"] * 4.0, "bfloat16")})


@pytest.mark.parametrize("M,N", [(128, 256), (100, 300)])
def test_guarded_blocks(tmp_path, M, N):
    inputs = {"A": normal((M, N), seed=1)}
    odd = np.broadcast_to(np.arange(N) // 64 % 2 == 1, (M, N))
    formula = (inputs["A"] + inputs["A"]).where(odd, inputs["A"])
    check_kernel(tmp_path, "launches.py:guarded_blocks", {"M": M, "N": N}, inputs, {"C": (formula, "bfloat16")})
