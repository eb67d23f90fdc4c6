"""T.Parallel without products, each against numpy."""

import numpy as np
import pytest
from support.running import check_kernel, normal

SIZES = [(128, 128), (100, 70)]
sizes = pytest.mark.parametrize("M,N", SIZES)


@pytest.mark.parametrize("M,N", [*SIZES, (1, 1000), (250, 70)])
@pytest.mark.parametrize("in_dtype,out_dtype", [("float32", "float32"), ("bfloat16", "bfloat16"), ("bfloat16", "float32")])
def test_add(tmp_path, M, N, in_dtype, out_dtype):
    inputs = {"A": normal((M, N), in_dtype, 1), "B": normal((M, N), in_dtype, 2)}
    bindings = {"M": M, "N": N, "in_dtype": in_dtype, "out_dtype": out_dtype}
    check_kernel(tmp_path, "elementwise.py:add", bindings, inputs, {"C": (inputs["A"] + inputs["B"], out_dtype)})


@sizes
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_arithmetic(tmp_path, M, N, dtype):
    inputs = {"A": normal((M, N), dtype, 1), "B": normal((M, N), dtype, 2)}
    a, b = inputs["A"].cast("float32"), inputs["B"].cast("float32")
    formula = (a - b) * 2.0 + a.maximum(b) / 4.0 - a.minimum(-b)
    check_kernel(
        tmp_path, "elementwise.py:arithmetic", {"M": M, "N": N, "dtype": dtype}, inputs, {"C": (formula, "float32")}
    )


# Each function with a bound of its derivative over the arguments used, |normal| + 0.25.
FUNCTIONS = {
    "exp": (np.exp, np.exp),
    "exp2": (np.exp2, np.exp2),
    "log": (np.log, lambda x: 1 / x),
    "log2": (np.log2, lambda x: 1.5 / x),
    "sqrt": (np.sqrt, lambda x: 1 / np.sqrt(x)),
    "rsqrt": (lambda x: 1 / np.sqrt(x), lambda x: x**-1.5),
    "sin": (np.sin, lambda x: 1.0),
    "cos": (np.cos, lambda x: 1.0),
    "tanh": (np.tanh, lambda x: 1.0),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x: 1.0),
}


def argument(A):
    magnitude = A.cast("float32")
    magnitude.value = np.abs(magnitude.value)
    return magnitude + 0.25


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(tmp_path, name):
    M, N = 64, 96
    function, slope = FUNCTIONS[name]
    A = normal((M, N), "float32", 1)
    x = argument(A)
    bindings = {"M": M, "N": N, "name": name}
    check_kernel(
        tmp_path, "elementwise.py:function", bindings, {"A": A}, {"C": (x.apply(function, slope(x.value)), "float32")}
    )


@pytest.mark.parametrize("name,function", [("floor", np.floor), ("ceil", np.ceil)])
def test_steps(tmp_path, name, function):
    M, N = 64, 96
    A = normal((M, N), "float32", 1)
    bindings = {"M": M, "N": N, "name": name}
    check_kernel(
        tmp_path, "elementwise.py:function", bindings, {"A": A}, {"C": (argument(A).step(function), "float32")}
    )


@sizes
def test_compare_and_select(tmp_path, M, N):
    inputs = {"A": normal((M, N), "float32", 1), "B": normal((M, N), "float32", 2)}
    a, b = inputs["A"], inputs["B"]
    formula = a.where((a.value > b.value) & (a.value >= 0), (-b).where(b.value < 0.5, 7.0))
    check_kernel(tmp_path, "elementwise.py:compare_and_select", {"M": M, "N": N}, inputs, {"C": (formula, "float32")})


@sizes
def test_global_to_global(tmp_path, M, N):
    inputs = {"A": normal((M, N), seed=1)}
    check_kernel(
        tmp_path, "elementwise.py:global_to_global", {"M": M, "N": N}, inputs, {"C": (inputs["A"] * 2.0, "bfloat16")}
    )


@sizes
def test_index_expression(tmp_path, M, N):
    inputs = {"A": normal((M, N), "float32", 1)}
    rows, columns = np.indices((M, N))
    formula = inputs["A"] + (rows * 1000 + columns)
    check_kernel(tmp_path, "elementwise.py:index_expression", {"M": M, "N": N}, inputs, {"C": (formula, "float32")})


@pytest.mark.parametrize("in_dtype,out_dtype", [("float32", "bfloat16"), ("bfloat16", "float32"), ("float32", "float16")])
def test_cast_only(tmp_path, in_dtype, out_dtype):
    M, N = 100, 70
    inputs = {"A": normal((M, N), in_dtype, 1)}
    bindings = {"M": M, "N": N, "in_dtype": in_dtype, "out_dtype": out_dtype}
    check_kernel(tmp_path, "elementwise.py:cast_only", bindings, inputs, {"C": (inputs["A"], out_dtype)})


@pytest.mark.parametrize("N", [1024, 1000, 5])
def test_vector_add(tmp_path, N):
    inputs = {"A": normal((N,), "float32", 1), "B": normal((N,), "float32", 2)}
    check_kernel(tmp_path, "elementwise.py:vector_add", {"N": N}, inputs, {"C": (inputs["A"] + inputs["B"], "float32")})
