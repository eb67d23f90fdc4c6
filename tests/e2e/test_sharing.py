"""What cores share, who loads it, what is worked on together and what is loaded ahead: no number changes, fewer cycles."""

import itertools
import os

import pytest
from support.running import KERNELS, ROOT, normal, run_kernel, ttile_json, words

pytestmark = pytest.mark.skipif(os.environ.get("TT_USE_NEW_PIPELINE") == "false", reason="passes of the new pipeline")

PASSES = ["InferMulticast", "BalanceMovers", "PrefetchItems", "CoarsenItems"]
STRATEGIES = ["row_major", "column_major", "block"]


def bytes_of(folder, kernel, bindings, inputs, *options):
    report, outputs = run_kernel(folder, kernel, bindings, inputs, ["C"], ("--no-timing", *options))
    assert report["pass"] is True, (options, report)
    return outputs["C"].tobytes()


def check_same(folder, kernel, bindings, inputs, *options):
    """With everything, without any one pass, and without all of them: the same bytes."""
    without = [[], PASSES, *([name] for name in PASSES)]
    switches = [(f"--disable={','.join(names)}",) if names else () for names in without]
    seen = {bytes_of(folder, kernel, bindings, inputs, *options, *switch) for switch in switches}
    assert len(seen) == 1, f"{options}: the passes {PASSES} change numbers"


SHAPES = [
    # M, N, K, block_M, block_N, block_K, core grid
    (512, 512, 1024, 64, 64, 32, "4x4"),  # items in squares
    (256, 1024, 512, 64, 128, 64, "4x2"),  # parts of rows
    (500, 300, 700, 64, 64, 32, "3x3"),  # edges, and cores with unequal numbers of items
    (128, 1024, 1088, 128, 64, 32, "8x1"),  # one row of cores; the last window is shorter
]


@pytest.mark.parametrize("shape,strategy", list(itertools.product(SHAPES, STRATEGIES)))
def test_products(tmp_path, shape, strategy):
    M, N, K, block_M, block_N, block_K, grid = shape
    bindings = {"M": M, "N": N, "K": K, "block_M": block_M, "block_N": block_N, "block_K": block_K}
    inputs = {"A": normal((M, K), seed=1), "B": normal((K, N), seed=2)}
    options = (f"--partition-strategy={strategy}", f"--core-grid={grid}")
    check_same(tmp_path, KERNELS / "gemm.py:matmul", bindings, inputs, *options)


@pytest.mark.parametrize("options", [("--double-buffer=false",), ("--prefetch=false",), ("--target=blackhole",)])
def test_products_with_options(tmp_path, options):
    bindings = {"M": 512, "N": 512, "K": 1024, "block_M": 128, "block_N": 128, "block_K": 128}
    inputs = {"A": normal((512, 1024), seed=1), "B": normal((1024, 512), seed=2)}
    more = ("--partition-strategy=block", "--core-grid=2x2")
    check_same(tmp_path, KERNELS / "gemm.py:matmul", bindings, inputs, *more, *options)


def test_dynamic_sizes(tmp_path):
    inputs = {"A": normal((600, 500), seed=1), "B": normal((500, 400), seed=2)}
    check_same(tmp_path, KERNELS / "gemm.py:matmul_dynamic", {"m": 600, "n": 400, "k": 500}, inputs)


def report_of(kernel, bindings, *options):
    return ttile_json("run", kernel, *words(bindings), "--no-check", *options)


BIG = {"M": 2048, "N": 2048, "K": 1024}


@pytest.mark.parametrize("name", PASSES)
def test_each_pass_makes_a_large_product_faster(name):
    options = ("--partition-strategy=block", "--math-fidelity=HiFi2")
    all_passes = report_of(ROOT / "examples/gemm.py", BIG, *options)
    without = report_of(ROOT / "examples/gemm.py", BIG, *options, f"--disable={name}")
    assert all_passes["cycles"] < without["cycles"]


def test_shared_tiles_are_read_once():
    """Eight cores of a row or column read what one of them reads for all."""
    sizes = {"M": 1024, "N": 1024, "K": 1024}
    shared = report_of(ROOT / "examples/gemm.py", sizes)
    apart = report_of(ROOT / "examples/gemm.py", sizes, "--disable=InferMulticast")
    assert apart["dram_read_bytes"] == 8 * shared["dram_read_bytes"]


def test_all_cores_share_weights():
    shared = report_of(ROOT / "examples/mlp.py", {})
    apart = report_of(ROOT / "examples/mlp.py", {}, "--disable=InferMulticast")
    assert shared["cycles"] < apart["cycles"]
    assert shared["dram_read_bytes"] < apart["dram_read_bytes"] / 4


def test_the_legacy_pipeline_shares_nothing():
    report = report_of(ROOT / "examples/gemm.py", {}, "--pipeline=legacy")
    apart = report_of(ROOT / "examples/gemm.py", {}, f"--disable={','.join(PASSES)}")
    assert report["dram_read_bytes"] == apart["dram_read_bytes"]
