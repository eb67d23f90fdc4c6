"""Values that both generations of the older backend agree on, and its names, attributes and plans."""

import ast
import json
import os
import re
import subprocess

import pytest
from support.running import KERNELS, ROOT, TTILE, ttile, ttile_json, words

GEMM = KERNELS / "gemm.py:matmul"
FIVE = ["InferTTLayout", "PropagateTTLayout", "TTTilesToCoreMap", "LowerTTTileIntrinsics", "GridToPersistentTT"]
LEGACY = ["apply_tt_defaults", "infer_default_tt_schedule", "infer_default_tt_shard", "apply_layout_aware_metadata_passes"]
REWRITE = [*LEGACY, "apply_compatibility_transforms"]


def gemm(M, N, K=64, **more):
    return words({"M": M, "N": N, "K": K, "block_M": 32, "block_N": 32, **more})


def opt(passes, *arguments):
    result = ttile("opt", GEMM, *arguments, f"--passes={','.join(passes)}", "--no-locations", "--pipeline=new")
    assert result.returncode == 0, result.stderr
    return result


def attributes(passes, *arguments):
    """The attributes of the function after those passes."""
    found = re.search(r"^    T\.func_attr\((.*)\)$", opt(passes, *arguments).stdout, re.MULTILINE)
    return ast.literal_eval(found.group(1))


def plan_of(folder, *arguments):
    assert ttile("compile", GEMM, *arguments, "-o", folder).returncode == 0
    return json.loads(next(folder.rglob("tt.plan.json")).read_text())


def environment(value):
    return {**os.environ, "TT_USE_NEW_PIPELINE": value}


def run_with(value, *arguments):
    return subprocess.run([TTILE, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, env=environment(value))


# ---------------------------------------------------------------- schedules


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


# ---------------------------------------------------------------- circular buffers and the product's sequence


def test_three_buffers_of_two_pages(tmp_path):
    plan = plan_of(tmp_path, *gemm(32, 32, 32, block_K=32, num_stages=2), "--pipeline=new")
    buffers = plan["circular_buffers"]
    assert len(buffers) == 3
    streams = [buffer["pages"] for buffer in buffers if buffer["producer"] == "reader"]
    assert streams == [2, 2]
    assert all(buffer["page_bytes"] == 2048 for buffer in buffers if buffer["format"] == "bfloat16")


def test_sequence_of_a_product():
    """Acquire, wait for both inputs, products over all of k, pop both, commit, wait, pack, release, push."""
    text = ttile("opt", GEMM, *gemm(32, 32, 128, block_K=32, num_stages=2), "--no-locations", "--pipeline=new").stdout
    compute = text[text.index("matmul_block_init") :]
    order = ["matmul_block(", "tile_regs_commit", "tile_regs_wait", "pack_tile", "tile_regs_release", "cb_push_back(cb_C_out"]
    places = [compute.index(call) for call in ["tile_regs_acquire", *order]]
    assert places == sorted(places)
    for buffer in ("cb_A_shared", "cb_B_shared"):
        waits, pops = compute.index(f"cb_wait_front({buffer}"), compute.index(f"cb_pop_front({buffer}")
        assert waits < compute.index("matmul_block(") < pops
    assert compute.count("matmul_block(") == 1, "one product, in a loop over k"
    assert compute.count("pack_tile") == 1, "one packed result, never one for each step of k"


# ---------------------------------------------------------------- the named passes


def test_named_passes_one_at_a_time():
    seen = attributes(["Canonicalize", *FIVE[:3]], *gemm(256, 256))
    assert {"tt.layout_desc", "tt.buffer_layouts", "tt.core_grid", "tt.core_ranges", "tt.work_partition"} <= set(seen)
    assert "tt.tiled" not in seen and "tt.persistent" not in seen
    assert len(seen["tt.work_partition"]) == 64


@pytest.mark.parametrize("name,attribute", [("InferTTLayout", "tt.canonical"), ("PropagateTTLayout", "tt.layout_desc")])
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


# ---------------------------------------------------------------- pipelines


def test_rewriting_is_idempotent_and_named():
    once, twice = opt(REWRITE, *gemm(128, 128)), opt([*REWRITE, REWRITE[-1]], *gemm(128, 128))
    assert once.stdout == twice.stdout
    for name in ("tt_grid_x", "tt_num_cores", "tt_tiles_per_core", "tt_shard", "tt_core_ranges", "tt_buffer_0_layout"):
        assert name in once.stderr
    assert once.stderr == twice.stderr, "the second time rewrites nothing"


def test_defaults_are_idempotent_and_leave_others_alone():
    once = attributes(["apply_tt_defaults"], *gemm(64, 64))
    assert once == attributes(["apply_tt_defaults", "apply_tt_defaults"], *gemm(64, 64))
    assert once["tt_schedule_policy"] == "contiguous" and once["tt_layout_type"] == "dram_interleaved"
    later = attributes(["Canonicalize", "TTTilesToCoreMap", "apply_tt_defaults"], *gemm(64, 64))
    assert "tt_schedule_policy" not in later


def test_switch_of_the_environment(tmp_path):
    for value, options, expected in [
        ("true", [], "new"),
        ("false", [], "legacy"),
        ("false", ["--pipeline=new"], "new"),
        ("true", ["--pipeline=legacy"], "legacy"),
    ]:
        folder = tmp_path / f"{value}{len(options)}"
        result = run_with(value, "compile", GEMM, *gemm(64, 64), "-o", folder, *options)
        assert result.returncode == 0, result.stderr
        plan = json.loads(next(folder.rglob("tt.plan.json")).read_text())
        assert plan["options"]["pipeline"] == expected
        assert plan["options"]["double_buffer"] is (expected == "new")


@pytest.mark.parametrize("value", ["yes", "1", "False", ""])
def test_switch_that_is_neither(value, tmp_path):
    result = run_with(value, "compile", GEMM, *gemm(64, 64), "-o", tmp_path / "out")
    assert result.returncode == 1
    assert "error[unknown-pipeline]" in result.stderr
    assert not (tmp_path / "out").exists()


def test_unknown_pipeline():
    result = ttile("run", GEMM, *gemm(64, 64), "--pipeline=old")
    assert result.returncode == 1 and "error[unknown-pipeline]" in result.stderr


def test_legacy_says_that_it_has_no_strategies():
    result = ttile("run", GEMM, *gemm(64, 64), "--pipeline=legacy", "--partition-strategy=block", "--no-timing")
    assert result.returncode == 0
    assert "warning[legacy-option]" in result.stderr


def test_pipelines_agree(tmp_path):
    outputs = []
    for pipeline in ("new", "legacy"):
        path = tmp_path / f"{pipeline}.npy"
        report = ttile_json("run", GEMM, *gemm(100, 70, 96), f"--pipeline={pipeline}", "--output", f"C={path}")
        assert report["pass"] is True
        outputs.append(path.read_bytes())
    assert outputs[0] == outputs[1]


# ---------------------------------------------------------------- plans of the older shape

OLD_PLAN = {
    "core_grid": [2, 1],
    "core_ranges": [{"start": [0, 0], "extent": [2, 1]}],
    "work_partition": {
        "(0,0)": [{"io": 0, "jo": 0, "len_k": 4, "tile_order": "row_major"}, {"io": 0, "jo": 1}],
        "(1,0)": [{"io": 1, "jo": 0, "len_k": None}, {"io": 1, "jo": 1}],
    },
    "layouts": {"A": {"shard": "DRAM", "interleave": True}},
}


def old_plan(folder, **changes):
    path = folder / "tt.plan.json"
    path.write_text(json.dumps({**OLD_PLAN, **changes}, indent=2))
    return path


def test_old_plan_is_read(tmp_path):
    result = ttile("plan", "check", old_plan(tmp_path))
    assert result.returncode == 0, result.stderr
    assert "2x2 blocks on 2 cores" in result.stdout
    assert ttile_json("plan", "show", old_plan(tmp_path))["plan"] == OLD_PLAN


def test_old_plan_cannot_run(tmp_path):
    result = ttile("run", f"--plan={old_plan(tmp_path)}")
    assert result.returncode == 1
    assert "[plan-version]" in result.stderr and "names no program" in result.stderr


@pytest.mark.parametrize(
    "change",
    [
        {"core_grid": [2]},
        {"core_ranges": [{"start": [0, 0], "extent": [3, 1]}]},
        {"core_ranges": [{"start": [0, 0]}]},
        {"work_partition": {"0,0": []}},
        {"work_partition": {"(5,0)": [{"io": 0, "jo": 0}]}},
        {"work_partition": {"(0,0)": [{"io": 0, "jo": 0}, {"io": 0, "jo": 0}]}},
        {"work_partition": {"(0,0)": [{"io": 0, "jo": 1}]}},
        {"work_partition": {"(0,0)": [{"io": -1, "jo": 0}]}},
        {"work_partition": {"(0,0)": [{"io": 0, "jo": 0, "ko": 1}]}},
        {"layouts": {"A": "DRAM"}},
        {"surprise": 1},
    ],
    ids=str,
)
def test_old_plan_that_breaks_a_rule(tmp_path, change):
    result = ttile("plan", "check", old_plan(tmp_path, **change))
    assert result.returncode == 1, result.stdout
    assert re.search(r"tt\.plan\.json:\d+:\d+: error\[old-plan\]", result.stderr), result.stderr
