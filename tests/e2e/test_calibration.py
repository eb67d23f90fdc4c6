"""The timing model against what the vendor measured of its own matrix product (docs/timing.md)."""

import sys

import numpy as np
import pytest

from support.running import ROOT, TTILE, normal, ttile

sys.path.insert(0, str(ROOT / "bench"))
import calibrate  # noqa: E402
import vendor_gemm  # noqa: E402


@pytest.mark.parametrize("size", sorted(calibrate.CALIBRATED), ids=str)
def test_utilization_is_near_the_published_one(size):
    published = calibrate.CALIBRATED[size]
    simulated, _ = calibrate.utilization(TTILE, vendor_gemm.program(*size))
    assert abs(simulated / published - 1) <= 0.15


def test_sizes_that_were_not_fitted():
    """One constant moved to suit the three sizes would show in those between them."""
    sizes = [(2048, 2048, 2048), (1024, 1024, 2048), (3072, 3072, 3072)]
    for size in sizes:
        simulated = calibrate.utilization(TTILE, vendor_gemm.program(*size))[0]
        assert abs(simulated / calibrate.OTHERS[size] - 1) <= 0.1, size


# Where blocks are large and there is one of them, the cycles are those of unpackers and matrix unit.
@pytest.mark.parametrize("row", [row for row in calibrate.TUNED if row[0][0] <= 4096], ids=str)
def test_tuned_products(row):
    simulated = calibrate.utilization(TTILE, calibrate.tuned(*row))[0]
    assert abs(simulated / calibrate.TUNED[row] - 1) <= (0.02 if row[1][1:] == (1, 1) else 0.05)


@pytest.mark.parametrize("size", calibrate.TAILS, ids=str)
def test_results_are_written_as_fast_as_measured(size):
    assert abs(calibrate.tail(TTILE, size) / (1000 * calibrate.TAILS[size]) - 1) <= 0.2


# With one block of results a core, and with four that follow each other in the same bytes.
@pytest.mark.parametrize("parts", [None, (1, 2, 2)], ids=str)
def test_the_program_multiplies(tmp_path, parts):
    """The vendor's blocking as thread programs passes the simulator's checks, and its product is right."""
    size = 512
    blocks = vendor_gemm.tuned_blocks(size, size, size, *parts) if parts else None
    A, B = (normal((size, size), seed=seed).value.astype(np.float32) for seed in (1, 2))
    np.save(tmp_path / "A.npy", A)
    np.save(tmp_path / "B.npy", B)
    (tmp_path / "gemm.ttir").write_text(vendor_gemm.program(size, size, size, blocks))
    arguments = [f"--input={name}={tmp_path / name}.npy" for name in "AB"]
    output = f"--output=C={tmp_path / 'C.npy'}"
    result = ttile("sim", tmp_path / "gemm.ttir", "--no-verify", *arguments, output)
    assert result.returncode == 0, result.stderr
    C, expected = np.load(tmp_path / "C.npy"), A @ B
    # HiFi2 drops the last mantissa bit of in0; a 16-bit DST rounds at every inner step.
    assert np.linalg.norm(C - expected) < 0.02 * np.linalg.norm(expected)


@pytest.mark.parametrize(
    "size, blocks",
    [
        (512, (2, 2, 2, 2, 2)),
        (1024, (4, 4, 4, 4, 2)),
        (2048, (8, 8, 8, 4, 2)),
        (3072, (6, 12, 12, 2, 4)),
        (4096, (8, 8, 16, 4, 2)),
    ],
)
def test_block_sizes_are_the_vendors(size, blocks):
    b = vendor_gemm.blocks_for(size, size, size)
    assert (b.block_m, b.block_n, b.block_k, b.sub_m, b.sub_n) == blocks


def test_shapes_of_other_programs_are_refused():
    with pytest.raises(SystemExit, match="another program"):
        vendor_gemm.blocks_for(512, 1024, 1024)
    with pytest.raises(SystemExit, match="multiples of 256"):
        vendor_gemm.blocks_for(512, 512, 100)


def test_cycles_do_not_depend_on_the_host():
    text = vendor_gemm.program(512, 512, 512)
    runs = [calibrate.simulate(TTILE, text, "--no-verify", option) for option in ("--threads=1", "--threads=3", "--no-numbers")]
    assert len({(run["cycles"], run["math_cycles"]) for run in runs}) == 1
