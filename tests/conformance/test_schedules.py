"""Schedules and grids: which core does which blocks."""

import json
import random

import pytest
from common import LEGACY, REWRITE, attributes, gemm, plan_of
from support.running import KERNELS, ttile, words


def counts(partition):
    return [sum(count for _, count, _ in entry["items"]) for entry in partition]


def test_eight_by_eight(tmp_path):
    plan = plan_of(tmp_path, *gemm(256, 256), "--pipeline=new")
    assert plan["core_grid"] == [8, 8]
    assert len(plan["cores"]) == 64
    assert all(sum(run["count"] for run in core["work_items"]) == 1 for core in plan["cores"])
    for name in ("A", "B"):
        layout = plan["layouts"][name]
        assert (layout["memory"], layout["tile_shape"], layout["padded_shape"][-1] % 32) == ("interleaved", [32, 32], 0)


def test_four_by_four():
    seen = attributes(["Canonicalize", "TTTilesToCoreMap"], *gemm(128, 128))
    assert seen["tt.core_grid"] == [4, 4]
    assert len(seen["tt.work_partition"]) == 16


def test_legacy_four_by_four_fills_rows():
    seen = attributes(LEGACY, *gemm(128, 128))
    assert seen["tt_num_tiles"] == 16
    assert seen["tt_tiles_per_core"] == [[i, 1] if i < 16 else [16, 0] for i in range(64)]
    assert [r[:2] for r in seen["tt_core_ranges"]] == [[i % 8, i // 8] for i in range(16)]
    assert seen["tt_core_runtime_args"] == [[i, 1] for i in range(16)]
    rewritten = attributes(REWRITE, *gemm(128, 128))
    assert rewritten["tt.core_grid"] == [8, 2]
    assert rewritten["tt.core_ranges"] == [[0, 0, 8, 2]]


def test_sixteen_by_sixteen():
    seen = attributes(LEGACY, *gemm(512, 512))
    runs = seen["tt_tiles_per_core"]
    assert runs[0] == [0, 4] and runs[63] == [252, 4] and seen["tt_num_tiles"] == 256
    partition = attributes(REWRITE, *gemm(512, 512))["tt.work_partition"]
    assert counts(partition) == [4] * 64
    assert [entry["core"] for entry in partition][8:10] == [[0, 1], [1, 1]]
    assert partition[63]["core"] == [7, 7]
    assert partition == attributes(["Canonicalize", "TTTilesToCoreMap"], *gemm(512, 512))["tt.work_partition"]


@pytest.mark.parametrize("columns,rows", [(1, 1), (10, 1), (13, 5), (8, 9), (16, 16), (3, 50)])
@pytest.mark.parametrize("passes", [LEGACY, REWRITE])
def test_items_are_dealt_evenly(columns, rows, passes):
    n = columns * rows
    seen = attributes(passes, *gemm(32 * rows, 32 * columns))
    expected = [n // 64 + (i < n % 64) for i in range(64)]
    if passes is LEGACY:
        assert [count for _, count in seen["tt_tiles_per_core"]] == expected
        assert [seen[f"tt_grid_{axis}"] for axis in "xyz"] == [columns, rows, 1]
    else:
        assert counts(seen["tt.work_partition"]) == [count for count in expected if count]


def test_ten_over_four():
    seen = attributes(["Canonicalize", "TTTilesToCoreMap"], *gemm(32 * 2, 32 * 5), "--core-grid=2x2")
    assert counts(seen["tt.work_partition"]) == [3, 3, 2, 2]


@pytest.mark.parametrize("strategy", ["row_major", "column_major", "block"])
@pytest.mark.parametrize("grid", ["1x1", "3x2", "8x8"])
def test_strategies_assign_every_item_once(strategy, grid):
    options = (f"--partition-strategy={strategy}", f"--core-grid={grid}")
    seen = attributes(["Canonicalize", "TTTilesToCoreMap"], *gemm(32 * 7, 32 * 5), *options)
    items = [s + i * d for entry in seen["tt.work_partition"] for s, n, d in entry["items"] for i in range(n)]
    assert sorted(items) == list(range(35))


@pytest.mark.parametrize(
    "size,tiles,padded", [(100, 4, 128), (250, 8, 256), (128, 4, None), (256, 8, None)], ids=["100", "250", "128", "256"]
)
def test_padding(size, tiles, padded):
    seen = attributes(LEGACY, *gemm(size, size, size))
    facts = seen["tt_shard"]["A"]
    assert (facts["tiles_height"], facts["tiles_width"]) == (tiles, tiles)
    assert facts["needs_padding"] is (padded is not None)
    assert facts.get("padded_shape") == ([padded, padded] if padded else None)
    assert seen["tt_buffer_0_num_tiles_height"] == tiles


# ---------------------------------------------------------------- items and blocks


LAUNCHES = [
    ("launches.py:one_dimension", {"M": 32 * 7, "N": 64}, (7, 1, 1)),
    ("gemm.py:matmul", {"M": 32 * 3, "N": 32 * 5, "K": 32, "block_M": 32, "block_N": 32}, (5, 3, 1)),
    ("gemm.py:matmul", {"M": 32 * 11, "N": 32 * 9, "K": 32, "block_M": 32, "block_N": 32}, (9, 11, 1)),
    ("launches.py:three_dimensions", {"Z": 3, "M": 32 * 2, "N": 32 * 5}, (5, 2, 3)),
    ("launches.py:three_dimensions", {"Z": 5, "M": 32 * 7, "N": 32 * 3}, (3, 7, 5)),
]


def expanded_plan(folder, kernel, bindings, *options):
    result = ttile("compile", KERNELS / kernel, *words(bindings), *options, "-o", folder)
    assert result.returncode == 0, result.stderr
    return json.loads(ttile("plan", "expand", next(folder.rglob("tt.plan.json"))).stdout)


@pytest.mark.parametrize("kernel,bindings,grid", LAUNCHES, ids=[str(launch[2]) for launch in LAUNCHES])
def test_item_to_block(tmp_path, kernel, bindings, grid):
    """bx = id mod gx, by = (id / gx) mod gy, bz = id / (gx gy)."""
    gx, gy, gz = grid
    plan = expanded_plan(tmp_path, kernel, bindings)
    assert plan["work_items"]["grid"] == list(grid)
    items = [item for core in plan["cores"] for item in core["work_items"]]
    assert sorted(item["id"] for item in items) == list(range(gx * gy * gz))
    for item in items:
        id = item["id"]
        assert item["block"] == [id % gx, id // gx % gy, id // (gx * gy)]


@pytest.mark.parametrize("seed", range(12))
def test_any_launch_on_any_grid(tmp_path, seed):
    """Every strategy gives every item of a random launch to one core of a random grid."""
    choose = random.Random(seed)
    bindings = {"Z": choose.randint(1, 5), "M": 32 * choose.randint(1, 30), "N": 32 * choose.randint(1, 30)}
    columns, rows = choose.randint(1, 8), choose.randint(1, 8)
    items = bindings["Z"] * bindings["M"] * bindings["N"] // 1024
    for strategy in ("row_major", "column_major", "block"):
        options = (f"--partition-strategy={strategy}", f"--core-grid={columns}x{rows}")
        plan = expanded_plan(tmp_path / strategy, "launches.py:three_dimensions", bindings, *options)
        seen = [item["id"] for core in plan["cores"] for item in core["work_items"]]
        assert sorted(seen) == list(range(items)), (strategy, bindings, columns, rows)
        assert len(plan["cores"]) <= columns * rows
        for core in plan["cores"]:
            assert core["core"][0] < columns and core["core"][1] < rows


def test_places_of_a_legacy_schedule():
    """Core i sits at x = i mod 8, y = i / 8: 8 is (0, 1), 9 is (1, 1), 63 is (7, 7)."""
    ranges = attributes(LEGACY, *gemm(512, 512))["tt_core_ranges"]
    assert [place[:2] for place in ranges] == [[i % 8, i // 8] for i in range(64)]
    assert [place[2:4] for place in ranges] == [place[:2] for place in ranges]
    assert [place[4:] for place in ranges] == [[4 * i, 4] for i in range(64)]
    assert (ranges[8][:2], ranges[9][:2], ranges[63][:2]) == ([0, 1], [1, 1], [7, 7])


# ---------------------------------------------------------------- layouts that come with a schedule


def test_layouts_of_a_product(tmp_path):
    """A, B, C 256x256 in fp16: DRAM interleaved, tile 32x32, 8x8 tiles, no padding."""
    sizes = gemm(256, 256, 256, in_dtype="float16", out_dtype="float16")
    plan = plan_of(tmp_path, *sizes, "--pipeline=new")
    assert [tensor["name"] for tensor in plan["tensors"]] == ["A", "B", "C"]
    for name in "ABC":
        layout = plan["layouts"][name]
        assert (layout["space"], layout["memory"], layout["shard"]) == ("dram", "interleaved", None)
        assert (layout["tile_shape"], layout["padded_shape"]) == ([32, 32], [256, 256])
    legacy = attributes(LEGACY, *sizes)
    for number, name in enumerate("ABC"):
        facts = legacy["tt_shard"][name]
        assert (facts["tiles_height"], facts["tiles_width"], facts["needs_padding"]) == (8, 8, False)
        assert legacy[f"tt_buffer_{number}_tile_shape"] == [32, 32]


@pytest.mark.parametrize("size,padded", [(100, 128), (250, 256), (128, 128), (256, 256)])
def test_padded_shapes(tmp_path, size, padded):
    plan = plan_of(tmp_path, *gemm(size, size, size), "--pipeline=new")
    for name in "ABC":
        assert plan["layouts"][name]["padded_shape"] == [padded, padded]
