"""Plain products: sizes, blocks, operand orders and formats, each against numpy."""

import numpy as np
import pytest
from support.bounded import product
from support.running import check_kernel, normal, ttile, ttile_json

SIZES = [
    (32, 32, 32),
    (128, 128, 128),
    (256, 128, 64),
    (64, 320, 96),
    (128, 64, 1024),
    (100, 100, 64),
    (250, 70, 96),
    (1, 1000, 64),
    (1000, 1, 50),
    (33, 31, 40),
    (64, 64, 20),
    (96, 96, 100),
    (1, 1, 1),
]
BLOCKS = [(32, 32, 32), (64, 128, 32), (128, 64, 64), (256, 32, 32), (32, 256, 128), (96, 160, 32), (128, 128, 32), (64, 64, 256)]


def inputs_of(M, N, K, dtype="bfloat16"):
    return {"A": normal((M, K), dtype, 1), "B": normal((K, N), dtype, 2)}


@pytest.mark.parametrize("M,N,K", SIZES)
def test_sizes(tmp_path, M, N, K):
    inputs = inputs_of(M, N, K)
    bindings = {"M": M, "N": N, "K": K}
    check_kernel(tmp_path, "gemm.py:matmul", bindings, inputs, {"C": (inputs["A"] @ inputs["B"], "bfloat16")})


@pytest.mark.parametrize("block_M,block_N,block_K", BLOCKS)
def test_blocks(tmp_path, block_M, block_N, block_K):
    M, N, K = 256, 320, 192
    inputs = inputs_of(M, N, K)
    bindings = {"M": M, "N": N, "K": K, "block_M": block_M, "block_N": block_N, "block_K": block_K, "out_dtype": "float32"}
    check_kernel(tmp_path, "gemm.py:matmul", bindings, inputs, {"C": (inputs["A"] @ inputs["B"], "float32")})


@pytest.mark.parametrize("M,N,K", [(128, 192, 64), (100, 70, 90)])
@pytest.mark.parametrize("trans_A", [False, True])
@pytest.mark.parametrize("trans_B", [False, True])
def test_transposed(tmp_path, trans_A, trans_B, M, N, K):
    inputs = {
        "A": normal((K, M) if trans_A else (M, K), seed=1),
        "B": normal((N, K) if trans_B else (K, N), seed=2),
    }
    A = inputs["A"].T if trans_A else inputs["A"]
    B = inputs["B"].T if trans_B else inputs["B"]
    bindings = {"M": M, "N": N, "K": K, "trans_A": trans_A, "trans_B": trans_B}
    check_kernel(tmp_path, "gemm.py:matmul_transposed", bindings, inputs, {"C": (A @ B, "bfloat16")})


@pytest.mark.parametrize("in_dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("out_dtype", ["bfloat16", "float32"])
@pytest.mark.parametrize("accum_dtype", ["float32", "bfloat16", "float16"])
def test_formats(tmp_path, in_dtype, out_dtype, accum_dtype):
    M, N, K = 96, 128, 160
    inputs = inputs_of(M, N, K, in_dtype)
    bindings = {"M": M, "N": N, "K": K, "in_dtype": in_dtype, "out_dtype": out_dtype, "accum_dtype": accum_dtype}
    expected = product(inputs["A"], inputs["B"], accumulate=accum_dtype)
    check_kernel(tmp_path, "gemm.py:matmul", bindings, inputs, {"C": (expected, out_dtype)})


@pytest.mark.parametrize("transposed", ["trans_A", "trans_B"])
def test_transposed_float32(tmp_path, transposed):
    M, N, K = 64, 96, 64
    inputs = {
        "A": normal((K, M) if transposed == "trans_A" else (M, K), "float32", 1),
        "B": normal((N, K) if transposed == "trans_B" else (K, N), "float32", 2),
    }
    A = inputs["A"].T if transposed == "trans_A" else inputs["A"]
    B = inputs["B"].T if transposed == "trans_B" else inputs["B"]
    flags = {"trans_A": transposed == "trans_A", "trans_B": transposed == "trans_B"}
    bindings = {"M": M, "N": N, "K": K, **flags, "dtype": "float32", "out_dtype": "float32"}
    check_kernel(tmp_path, "gemm.py:matmul_transposed", bindings, inputs, {"C": (A @ B, "float32")})


@pytest.mark.parametrize("entry", ["matmul_lazy", "matmul_element_copies"])
@pytest.mark.parametrize("M,N,K", [(128, 128, 96), (70, 90, 50)])
def test_styles(tmp_path, entry, M, N, K):
    inputs = inputs_of(M, N, K)
    bindings = {"M": M, "N": N, "K": K}
    check_kernel(tmp_path, f"gemm.py:{entry}", bindings, inputs, {"C": (inputs["A"] @ inputs["B"], "bfloat16")})


@pytest.mark.parametrize("m,n,k", [(64, 64, 64), (130, 200, 70)])
def test_dynamic_sizes(tmp_path, m, n, k):
    inputs = inputs_of(m, n, k)
    bindings = {"m": m, "n": n, "k": k}
    check_kernel(tmp_path, "gemm.py:matmul_dynamic", bindings, inputs, {"C": (inputs["A"] @ inputs["B"], "float32")})


@pytest.mark.parametrize("M,N", [(320, 320), (352, 32), (64, 64)])
def test_more_and_fewer_blocks_than_cores(tmp_path, M, N):
    K = 64
    inputs = inputs_of(M, N, K)
    bindings = {"M": M, "N": N, "K": K, "block_M": 32, "block_N": 32, "block_K": 32}
    check_kernel(tmp_path, "gemm.py:matmul", bindings, inputs, {"C": (inputs["A"] @ inputs["B"], "bfloat16")})


@pytest.mark.parametrize("num_stages", [0, 1, 3, 5])
def test_stages(tmp_path, num_stages):
    M, N, K = 64, 64, 320
    inputs = inputs_of(M, N, K)
    bindings = {"M": M, "N": N, "K": K, "num_stages": num_stages}
    check_kernel(tmp_path, "gemm.py:matmul", bindings, inputs, {"C": (inputs["A"] @ inputs["B"], "bfloat16")})


@pytest.mark.parametrize(
    ("options", "share"),
    [
        (("accum_dtype=bfloat16",), 0.12),
        (("accum_dtype=bfloat16", "block_K=128"), 0.12),
        (("--math-fidelity=HiFi2",), 0.06),
        (("--math-fidelity=LoFi",), 0.21),
        (("in_dtype=float32", "out_dtype=float32"), 0.008),
    ],
)
def test_allowed_error_is_a_small_share(options, share):
    """The rule allows more than is seen, and far less than a wrong result would be off."""
    report = ttile_json("run", "tests/kernels/gemm.py:matmul", "M=64", "N=64", "K=4096", "--no-timing", *options)
    largest = report["max_abs_error"] / report["max_rel_error"]
    assert 2 * report["max_abs_error"] < report["tolerance"] < share * largest


@pytest.mark.parametrize("value", [1.0, 0.7, 0.3])
def test_equal_terms_in_a_narrow_accumulator(tmp_path, value):
    """Where all terms are equal, roundings of the accumulator go the same way; that is no fault of the program."""
    arguments = []
    for name, shape in (("A", (64, 4096)), ("B", (4096, 64))):
        np.save(tmp_path / f"{name}.npy", np.full(shape, value, np.float32))
        arguments += ["--input", f"{name}={tmp_path / name}.npy"]
    sizes = ["M=64", "N=64", "K=4096", "accum_dtype=bfloat16"]
    assert ttile_json("run", "tests/kernels/gemm.py:matmul", *sizes, *arguments)["pass"] is True


def test_reference_that_is_nan_everywhere_warns(tmp_path):
    np.save(tmp_path / "A.npy", np.full((64, 64), np.nan, np.float32))
    sizes = ["M=64", "N=64", "--input", f"A={tmp_path}/A.npy"]
    result = ttile("run", "tests/kernels/elementwise.py:add", *sizes)
    assert result.returncode == 0, result.stderr
    assert "[reference-not-finite]" in result.stderr and "[reference-zero]" not in result.stderr
