"""Several products in one kernel, each against numpy."""

import pytest
from support.running import KERNELS, check_kernel, normal, ttile_json

SIZES = [(128, 128, 64), (70, 100, 90)]
sizes = pytest.mark.parametrize("M,N,K", SIZES)


@sizes
def test_sum_of_products(tmp_path, M, N, K):
    inputs = {
        "A": normal((M, K), seed=1),
        "B": normal((K, N), seed=2),
        "C": normal((M, K), seed=3),
        "D": normal((N, K), seed=4),
    }
    formula = inputs["A"] @ inputs["B"] + inputs["C"] @ inputs["D"].T
    bindings = {"M": M, "N": N, "K": K}
    check_kernel(tmp_path, "several.py:sum_of_products", bindings, inputs, {"E": (formula, "bfloat16")})


@sizes
def test_gated(tmp_path, M, N, K):
    inputs = {"A": normal((M, K), seed=1), "G": normal((K, N), seed=2), "U": normal((K, N), seed=3)}
    formula = (inputs["A"] @ inputs["G"]).maximum(0) * (inputs["A"] @ inputs["U"])
    check_kernel(tmp_path, "several.py:gated", {"M": M, "N": N, "K": K}, inputs, {"C": (formula, "bfloat16")})


@pytest.mark.parametrize("M,N,K,L", [(128, 64, 64, 128), (100, 70, 50, 90)])
def test_chained(tmp_path, M, N, K, L):
    inputs = {"A": normal((M, K), seed=1), "B": normal((K, L), seed=2), "D": normal((L, N), seed=3)}
    formula = (inputs["A"] @ inputs["B"]).cast("bfloat16") @ inputs["D"]
    bindings = {"M": M, "N": N, "K": K, "L": L}
    check_kernel(tmp_path, "several.py:chained", bindings, inputs, {"E": (formula, "float32")})


@sizes
def test_two_outputs(tmp_path, M, N, K):
    inputs = {"A": normal((M, K), seed=1), "B": normal((K, N), seed=2)}
    formula = inputs["A"] @ inputs["B"]
    expected = {"C": (formula, "bfloat16"), "D": (formula * 2.0, "float32")}
    check_kernel(tmp_path, "several.py:two_outputs", {"M": M, "N": N, "K": K}, inputs, expected)


def test_product_and_scaled(tmp_path):
    inputs = {"A": normal((128, 64), "float32", seed=1), "B": normal((64, 96), "float32", seed=2)}
    expected = {"C": (inputs["A"] @ inputs["B"], "float32"), "D": (inputs["A"] * 3.0, "float32")}
    check_kernel(tmp_path, "several.py:product_and_scaled", {"M": 128, "N": 96, "K": 64}, inputs, expected)


@pytest.mark.parametrize("options", [[], ["--prefetch=false"], ["--double-buffer=false"]], ids=str)
def test_a_turn_that_sends_a_buffer_as_often_as_it_has_windows(options):
    """The windows that are filled again have been sent and have left."""
    assert ttile_json("run", KERNELS / "several.py:four_weights", "M=1024", "N=1024", "K=128", *options)["pass"] is True


@pytest.mark.parametrize("entry", ["gated", "sum_of_products"])
def test_one_block_a_core_with_a_long_loop(entry):
    """What holds since there is one turn is proved without looking at core after core."""
    report = ttile_json("run", KERNELS / f"several.py:{entry}", "M=512", "N=512", "K=16384", "--no-check", "--no-timing")
    assert report["cores"] == 64 and report["exit_code"] == 0
