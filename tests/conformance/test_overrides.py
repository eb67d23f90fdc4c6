"""What goes before what a kernel says of its schedule and its chip: options with a note, the legacy pipeline with a warning."""

import subprocess

import pytest
from support.running import TTILE

KERNEL = """import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((128, 128), "bfloat16"), C: T.Tensor((128, 128), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        {said}
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        T.copy(A[by * 32, bx * 32], A_shared)
        T.copy(A_shared, C[by * 32, bx * 32])
"""
RUNS = 'T.func_attr({"tt_tiles_per_core": [[0, 16]]})'
PARTITION = 'T.func_attr({"tt.work_partition": [{"core": [0, 0], "run": [0, 16]}]})'
TARGET = 'T.func_attr({"tt.target": "blackhole:p150"})'
BLOCKS = 'T.annotate_tt_schedule({"strategy": "block"})'


@pytest.mark.parametrize(
    "said, option, told, seen",
    [
        (RUNS, "--core-grid=4x4", "the option --core-grid goes before the tt.work_partition", "4x4 of 8x8, 16 cores"),
        (PARTITION, "--core-grid=4x4", "the option --core-grid goes before the tt.work_partition", "16 cores at work"),
        (TARGET, "--target=wormhole", "the option --target=wormhole:n150 goes before", "copy on wormhole:n150"),
        (BLOCKS, "--pipeline=legacy", "T.annotate_tt_schedule is left out", "row_major"),
    ],
)
def test_goes_first_and_says_so(tmp_path, said, option, told, seen):
    path = tmp_path / "kernel.py"
    path.write_text(KERNEL.replace("{said}", said))
    result = subprocess.run([TTILE, "run", path, option, "--no-timing"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert told in result.stderr
    assert seen in result.stdout
    alone = subprocess.run([TTILE, "run", path, "--no-timing"], capture_output=True, text=True, timeout=60)
    assert told not in alone.stderr
