"""Options that must not change the numbers, byte for byte, and those that must change the cycles."""

import itertools
import os

import pytest
from support.running import KERNELS, ROOT, normal, run_kernel

STRATEGIES = ["row_major", "column_major", "block"]
SWITCHES = list(itertools.product(STRATEGIES, ["true", "false"], ["true", "false"]))


# The legacy pipeline takes these options and leaves them out.
new_only = pytest.mark.skipif(os.environ.get("TT_USE_NEW_PIPELINE") == "false", reason="an option of the new pipeline")


def options_of(strategy, double_buffer, prefetch):
    return (
        f"--partition-strategy={strategy}",
        f"--double-buffer={double_buffer}",
        f"--prefetch={prefetch}",
    )


def run_all(folder, kernel, bindings, inputs, output, more=()):
    """The report of each combination; asserts that all wrote the same bytes."""
    reports, first = {}, None
    for switches in SWITCHES:
        report, outputs = run_kernel(folder, kernel, bindings, inputs, [output], (*options_of(*switches), *more))
        assert report["pass"] is True, (switches, report)
        seen = outputs[output].tobytes()
        first = first or seen
        assert seen == first, f"{switches} gives other numbers"
        reports[switches] = report
    return reports


def gemm_inputs(M, N, K):
    return {"A": normal((M, K), seed=1), "B": normal((K, N), seed=2)}


@pytest.mark.parametrize(
    "entry,bindings",
    [
        ("gemm.py:matmul", {"M": 320, "N": 416, "K": 96, "block_M": 32, "block_N": 32}),
        ("gemm.py:matmul_lazy", {"M": 100, "N": 70, "K": 90}),
    ],
)
def test_combinations_give_the_same_numbers(tmp_path, entry, bindings):
    inputs = gemm_inputs(bindings["M"], bindings["N"], bindings["K"])
    run_all(tmp_path, KERNELS / entry, bindings, inputs, "C", ("--no-timing",))


def test_double_buffer_changes_no_sum_of_large_blocks(tmp_path):
    """Blocks so large that L1 decides how many k steps stay together: a sum must not be grouped by double buffering."""
    bindings = {"M": 256, "N": 256, "K": 2048, "block_M": 256, "block_N": 256, "block_K": 32, "out_dtype": "float32"}
    seen = set()
    for double_buffer in ("true", "false"):
        options = (f"--double-buffer={double_buffer}", "--no-timing", "--no-check")
        _, outputs = run_kernel(tmp_path, KERNELS / "gemm.py:matmul", bindings, gemm_inputs(256, 256, 2048), ["C"], options)
        seen.add(outputs["C"].tobytes())
    assert len(seen) == 1


@new_only
def test_double_buffer_and_prefetch_change_cycles(tmp_path):
    bindings = {"M": 512, "N": 512, "K": 128, "block_M": 32, "block_N": 32, "num_stages": 2}
    reports = run_all(tmp_path, KERNELS / "gemm.py:matmul", bindings, gemm_inputs(512, 512, 128), "C")
    cycles = {switches: report["cycles"] for switches, report in reports.items()}
    assert cycles["row_major", "true", "true"] < cycles["row_major", "false", "true"], cycles
    assert cycles["row_major", "true", "true"] < cycles["row_major", "true", "false"], cycles


@new_only
def test_strategies_change_cycles(tmp_path):
    bindings = {"M": 320, "N": 416, "K": 128, "block_M": 32, "block_N": 32}
    inputs = gemm_inputs(320, 416, 128)
    cycles = set()
    for strategy in STRATEGIES:
        report, _ = run_kernel(
            tmp_path, KERNELS / "gemm.py:matmul", bindings, inputs, ["C"], (f"--partition-strategy={strategy}",)
        )
        cycles.add(report["cycles"])
    assert len(cycles) > 1, cycles


def test_timing_does_not_change_numbers(tmp_path):
    inputs = gemm_inputs(128, 128, 128)
    bindings = {"M": 128, "N": 128, "K": 128}
    timed, first = run_kernel(tmp_path, KERNELS / "gemm.py:matmul", bindings, inputs, ["C"], ())
    _, second = run_kernel(tmp_path, KERNELS / "gemm.py:matmul", bindings, inputs, ["C"], ("--no-timing",))
    assert first["C"].tobytes() == second["C"].tobytes()
    assert timed["cycles"] > 0


@pytest.mark.parametrize("kernel,output", [("tests/kernels/gemm.py:matmul", "C")])
def test_host_threads_do_not_change_numbers_or_cycles(tmp_path, kernel, output):
    inputs = gemm_inputs(256, 256, 64)
    bindings = {"M": 256, "N": 256, "K": 64, "block_M": 32, "block_N": 32}
    seen = set()
    for threads in (1, 2, 5):
        report, outputs = run_kernel(tmp_path, ROOT / kernel, bindings, inputs, [output], (f"--threads={threads}",))
        seen.add((report["cycles"], outputs[output].tobytes()))
    assert len(seen) == 1


@pytest.mark.parametrize("fidelity", ["LoFi", "HiFi2", "HiFi3", "HiFi4"])
def test_fidelity_changes_cycles_and_precision(tmp_path, fidelity):
    inputs = gemm_inputs(128, 128, 256)
    bindings = {"M": 128, "N": 128, "K": 256}
    report, _ = run_kernel(
        tmp_path, KERNELS / "gemm.py:matmul", bindings, inputs, ["C"], (f"--math-fidelity={fidelity}",)
    )
    exact, _ = run_kernel(tmp_path, KERNELS / "gemm.py:matmul", bindings, inputs, ["C"], ())
    assert report["pass"] is True
    assert report["cycles"] <= exact["cycles"]
    assert fidelity == "HiFi4" or report["max_abs_error"] >= exact["max_abs_error"]
