"""How much of the chip's peak a large product reaches in simulated time, and what the report says bounds it."""

import json
import os

import pytest

from support.running import KERNELS, ttile, ttile_json

pytestmark = pytest.mark.skipif(os.environ.get("TT_USE_NEW_PIPELINE") == "false", reason="passes of the new pipeline")

SIZES = ["M=4096", "N=4096", "K=4096", "block_M=128", "block_N=128", "block_K=32"]


def simulated(folder, *options):
    """The report of the program, timed without numbers."""
    result = ttile("compile", f"{KERNELS}/gemm.py:matmul", *SIZES, "--math-fidelity=HiFi2", *options, "-o", folder)
    assert result.returncode == 0, result.stderr
    result = ttile("sim", folder / "matmul" / "matmul.ttir", "--no-numbers", "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# The vendor's own product, which utilizations are compared with, adds up in a 16-bit DST, too. One of 32 bits holds half
# as many tiles, so that unpackers fetch more of them for each product.
@pytest.mark.parametrize("options, least", [(["--accumulate=16"], 0.75), ([], 0.62)], ids=["16-bit", "32-bit"])
def test_a_large_product_is_bound_by_compute(tmp_path, options, least):
    report = simulated(tmp_path, "--partition-strategy=block", *options)
    assert report["chip_utilization"] >= least
    assert report["bound"] in ("compute", "unpack")


def test_the_report_says_what_would_share_more():
    sizes = ["M=2048", "N=2048", "K=2048", "block_M=128", "block_N=128", "block_K=32", "--math-fidelity=HiFi2", "--no-check"]
    rows, rectangles = (ttile_json("run", KERNELS / "gemm.py:matmul", *sizes, *more) for more in ([], ["--partition-strategy=block"]))
    assert rows["bound"] == "noc" and "--partition-strategy=block" in rows["hint"]
    assert rectangles["hint"] is None and rectangles["cycles"] < rows["cycles"]
