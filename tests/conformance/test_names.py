"""The named passes and their older names."""

import pytest
from common import FIVE, GEMM, attributes, gemm
from support.running import ttile


def test_named_passes_one_at_a_time():
    seen = attributes(["Canonicalize", *FIVE[:3]], *gemm(256, 256))
    assert {"tt.layout_desc", "tt.buffer_layouts", "tt.core_grid", "tt.core_ranges", "tt.work_partition"} <= set(seen)
    assert "tt.tiled" not in seen and "tt.persistent" not in seen
    assert len(seen["tt.work_partition"]) == 64


@pytest.mark.parametrize("passes", ["InferTTLayout", "InferTTLayout,PropagateTTLayout"])
def test_named_passes_take_source(passes):
    """As the seed's command line writes them: the normal form comes by itself."""
    result = ttile("opt", GEMM, *gemm(64, 64), f"--passes={passes}")
    assert result.returncode == 0, result.stderr
    assert '"tt.layout_desc": True' in result.stdout
    assert ('"tt.buffer_layouts": True' in result.stdout) == ("Propagate" in passes)


@pytest.mark.parametrize(
    "name,attribute",
    [("PropagateTTLayout", "tt.layout_desc"), ("LowerTTTileIntrinsics", "tt.buffer_layouts"), ("GridToPersistentTT", "tt.work_partition")],
)
def test_a_pass_says_what_it_misses(name, attribute):
    result = ttile("opt", GEMM, *gemm(64, 64), f"--passes={name}")
    assert result.returncode == 1
    assert "[pass-requires]" in result.stderr and attribute in result.stderr


@pytest.mark.parametrize(
    "old,today",
    [
        ("tile_pad_tt", "PadTiles"),
        ("tt_tiles_to_core_map", "TTTilesToCoreMap"),
        ("grid_to_persistent_tt", "GridToPersistentTT"),
        ("lower_gemm_to_tt_intrinsics", "LowerTTTileIntrinsics"),
        ("memory_space_lower_tt", "AllocateCircularBuffers"),
    ],
)
def test_older_names(old, today):
    result = ttile("opt", GEMM, *gemm(64, 64), "--passes=", f"--print-after={old}")
    assert result.returncode == 0, result.stderr
    assert f"note[pass-alias]: {old} is {today} now" in result.stderr or f"note: {old} is {today} now" in result.stderr
