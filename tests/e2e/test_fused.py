"""Products with prologues and epilogues in T.Parallel, each against numpy."""

import numpy as np
import pytest
from support.running import check_kernel, normal

SIZES = [(128, 128, 64), (100, 90, 70)]
sizes = pytest.mark.parametrize("M,N,K", SIZES)


def operands(M, N, K):
    return {"A": normal((M, K), seed=1), "B": normal((K, N), seed=2)}


def check(folder, entry, M, N, K, inputs, formula, dtype, **bindings):
    bindings = {"M": M, "N": N, "K": K, **bindings}
    check_kernel(folder, f"fused.py:{entry}", bindings, inputs, {"C": (formula, dtype)})


@sizes
@pytest.mark.parametrize("bias_dtype", ["float32", "bfloat16"])
def test_row_bias(tmp_path, M, N, K, bias_dtype):
    inputs = {**operands(M, N, K), "bias": normal((N,), bias_dtype, 3)}
    formula = inputs["A"] @ inputs["B"] + inputs["bias"]
    check(tmp_path, "row_bias", M, N, K, inputs, formula, "bfloat16", bias_dtype=bias_dtype)


@sizes
@pytest.mark.parametrize("bias_dtype", ["float32", "bfloat16"])
def test_column_bias(tmp_path, M, N, K, bias_dtype):
    inputs = {**operands(M, N, K), "bias": normal((M,), bias_dtype, 3)}
    formula = inputs["A"] @ inputs["B"] + inputs["bias"][:, None]
    check(tmp_path, "column_bias", M, N, K, inputs, formula, "bfloat16", bias_dtype=bias_dtype)


@sizes
def test_vectors_of_global_memory(tmp_path, M, N, K):
    inputs = {**operands(M, N, K), "row": normal((N,), "float32", 3), "column": normal((M,), "float32", 4)}
    formula = (inputs["A"] @ inputs["B"]) * inputs["column"][:, None] - inputs["row"]
    check(tmp_path, "bias_of_global", M, N, K, inputs, formula, "float32")


@sizes
def test_scale_relu_residual(tmp_path, M, N, K):
    inputs = {**operands(M, N, K), "R": normal((M, N), seed=3)}
    formula = (inputs["A"] @ inputs["B"] * 0.375).maximum(0) + inputs["R"]
    check(tmp_path, "scale_relu_residual", M, N, K, inputs, formula, "bfloat16", scale=0.375)


@pytest.mark.parametrize("M,N,K", [*SIZES, (64, 256, 32), (256, 64, 32)])
def test_select_on_indices(tmp_path, M, N, K):
    inputs = operands(M, N, K)
    rows, columns = np.indices((M, N))
    lower = (inputs["A"] @ inputs["B"]).where(rows >= columns, 0.0)
    formula = (lower * 0.5).where(columns < 40, lower)
    check(tmp_path, "select_on_indices", M, N, K, inputs, formula, "float32")


@sizes
def test_prologue(tmp_path, M, N, K):
    inputs = {"A": normal((M, K), seed=1), "B": normal((K, N), "float32", 2), "weight": normal((K,), "float32", 3)}
    scaled = (inputs["A"] * inputs["weight"]).maximum(0).cast("bfloat16")
    check(tmp_path, "prologue", M, N, K, inputs, scaled @ inputs["B"].cast("bfloat16"), "float32")


@sizes
def test_cast_epilogue(tmp_path, M, N, K):
    inputs = operands(M, N, K)
    formula = (inputs["A"] @ inputs["B"]).cast("bfloat16").cast("float32") * 3.0
    check(tmp_path, "cast_epilogue", M, N, K, inputs, formula, "float32")
