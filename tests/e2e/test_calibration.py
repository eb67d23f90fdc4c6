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
    programs = {vendor_gemm.program(*size): calibrate.OTHERS[size] for size in sizes}
    for (size, parts, fidelity), published in calibrate.TUNED.items():
        if size[0] < 8192:
            programs[vendor_gemm.program(*size, vendor_gemm.tuned_blocks(*size, *parts), fidelity)] = published
    assert len(programs) == 6
    for program, published in programs.items():
        assert abs(calibrate.utilization(TTILE, program)[0] / published - 1) <= 0.1


def test_the_program_multiplies(tmp_path):
    """The vendor's blocking as thread programs passes every check, and its product is right."""
    size = 512
    A, B = (normal((size, size), seed=seed).value.astype(np.float32) for seed in (1, 2))
    np.save(tmp_path / "A.npy", A)
    np.save(tmp_path / "B.npy", B)
    (tmp_path / "gemm.ttir").write_text(vendor_gemm.program(size, size, size))
    arguments = [f"--input={name}={tmp_path / name}.npy" for name in "AB"]
    result = ttile("sim", tmp_path / "gemm.ttir", *arguments, f"--output=C={tmp_path / 'C.npy'}")
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
    runs = [calibrate.simulate(TTILE, text, option) for option in ("--threads=1", "--threads=3", "--no-numbers")]
    assert len({(run["cycles"], run["math_cycles"]) for run in runs}) == 1
