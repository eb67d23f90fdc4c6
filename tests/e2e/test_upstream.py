"""TileLang's own examples, unmodified: compiled without parameters, run at reduced sizes, and compared with numpy."""

import json
import os

import pytest
from support.running import UPSTREAM, check_kernel, normal, ttile, words

if not (UPSTREAM / "quickstart.py").exists():
    message = f"TileLang's examples are not in {UPSTREAM}; scripts/prepare_tests.sh downloads them"
    if os.environ.get("TTILE_REQUIRE_UPSTREAM", "0") != "0":
        raise RuntimeError(message)
    pytest.skip(message, allow_module_level=True)


def gemm(M, N, K):
    inputs = {"A": normal((M, K), "float16", 1), "B": normal((K, N), "float16", 2)}
    return inputs, inputs["A"] @ inputs["B"]


def gemm_transposed(M, N, K):
    inputs = {"A": normal((M, K), "float16", 1), "B": normal((N, K), "float16", 2)}
    return inputs, inputs["A"] @ inputs["B"].T


def add(M, N):
    inputs = {"A": normal((M, N), "float32", 1), "B": normal((M, N), "float32", 2)}
    return inputs, inputs["A"] + inputs["B"]


SMALL = {"M": 256, "N": 256, "K": 128}
BLOCKS = {"block_M": 64, "block_N": 64, "block_K": 32}
TILED = {**BLOCKS, "threads": 128, "num_stages": 2}


def compile_ok(*arguments):
    result = ttile("compile", *arguments, "--json")
    assert result.returncode == 0, f"{result.stderr}\n{result.stdout}"
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    "file",
    [
        "quickstart.py",
        "gemm/example_gemm.py",
        "gemm/example_gemm_persistent.py:matmul_persistent",
        "gemm/example_gemm_persistent.py:matmul_non_persistent",
        "gemm_tcgen05/gemm_mma.py",
        "dynamic_shape/example_dynamic.py",
        "elementwise/example_elementwise_add.py",
    ],
)
def test_compiles_without_parameters(tmp_path, file):
    compile_ok(UPSTREAM / file, "-o", tmp_path)


def test_autotune_lists_what_is_missing(tmp_path):
    result = ttile("compile", UPSTREAM / "gemm/example_gemm_autotune.py:matmul", "-o", tmp_path)
    assert result.returncode == 1
    for name in ("block_M", "block_N", "block_K", "num_stages", "thread_num", "enable_rasteration"):
        assert name in result.stderr, f"{name} is not named:\n{result.stderr}"


@pytest.mark.parametrize("sizes", [SMALL, {"M": 100, "N": 130, "K": 70}])
def test_quickstart(tmp_path, sizes):
    inputs, formula = gemm(**sizes)
    expected = {"C": (formula.maximum(0), "float16")}
    check_kernel(tmp_path, UPSTREAM / "quickstart.py", {**sizes, **BLOCKS}, inputs, expected)


@pytest.mark.parametrize("sizes", [SMALL, {"M": 100, "N": 130, "K": 70}])
def test_example_gemm(tmp_path, sizes):
    inputs, formula = gemm(**sizes)
    bindings = {**sizes, **BLOCKS}
    check_kernel(tmp_path, UPSTREAM / "gemm/example_gemm.py", bindings, inputs, {"C": (formula, "float16")})


@pytest.mark.parametrize(
    "entry,more",
    [
        ("matmul_non_persistent", {}),
        ("matmul_persistent", {}),
        ("matmul_persistent", {"use_persistent_primitive": False}),
    ],
)
@pytest.mark.parametrize("sizes", [SMALL, {"M": 640, "N": 500, "K": 64}])
def test_persistent(tmp_path, entry, more, sizes):
    inputs, formula = gemm(**sizes)
    bindings = {**sizes, **TILED, **more}
    kernel = UPSTREAM / f"gemm/example_gemm_persistent.py:{entry}"
    check_kernel(tmp_path, kernel, bindings, inputs, {"C": (formula, "float16")})


def test_autotune(tmp_path):
    inputs, formula = gemm_transposed(**SMALL)
    bindings = {**SMALL, **BLOCKS, "num_stages": 2, "thread_num": 128, "enable_rasteration": True}
    kernel = UPSTREAM / "gemm/example_gemm_autotune.py:matmul"
    check_kernel(tmp_path, kernel, bindings, inputs, {"C": (formula, "float16")})


def test_gemm_mma(tmp_path):
    inputs, formula = gemm_transposed(**SMALL)
    kernel = UPSTREAM / "gemm_tcgen05/gemm_mma.py"
    check_kernel(tmp_path, kernel, {**SMALL, **BLOCKS}, inputs, {"C": (formula, "float16")})


@pytest.mark.parametrize("sizes", [{"m": 192, "n": 128, "k": 96}, {"m": 100, "n": 70, "k": 50}])
def test_dynamic(tmp_path, sizes):
    inputs, formula = gemm(sizes["m"], sizes["n"], sizes["k"])
    kernel = UPSTREAM / "dynamic_shape/example_dynamic.py"
    check_kernel(tmp_path, kernel, {**sizes, **BLOCKS}, inputs, {"C": (formula, "float16")})


@pytest.mark.parametrize("sizes", [{"M": 128, "N": 256}, {"M": 100, "N": 70}])
def test_elementwise_add(tmp_path, sizes):
    inputs, formula = add(**sizes)
    kernel = UPSTREAM / "elementwise/example_elementwise_add.py"
    check_kernel(tmp_path, kernel, sizes, inputs, {"C": (formula, "float32")})


def test_runs_are_reproducible():
    arguments = ["run", UPSTREAM / "gemm/example_gemm.py", *words({**SMALL, **BLOCKS}), "--seed", "7", "--json"]
    volatile = ("compile_ms", "simulate_ms", "gflops")
    first, second = (json.loads(ttile(*arguments).stdout) for _ in range(2))
    for key in list(first):
        if key in volatile or key.endswith("_ms"):
            first.pop(key), second.pop(key)
    assert first == second
