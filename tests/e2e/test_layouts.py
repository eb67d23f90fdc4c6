"""Layouts and schedules change where data lives and who works on it, never what comes out."""

import json
import os
import random

import numpy as np
import pytest

from support.running import KERNELS, check_kernel, normal, run_kernel, ttile, ttile_json, words

LAYOUTS = KERNELS / "layouts.py"
SCALE = {"M": 512, "N": 512, "block_M": 64, "block_N": 64}
PRODUCT = {"M": 512, "N": 512, "K": 256, "block": 64}
TENSOR = 512 * 512 * 2  # bytes
MEMORIES = ["height_sharded", "width_sharded", "block_sharded"]

# The legacy pipeline deals work items in its own way.
new_only = pytest.mark.skipif(os.environ.get("TT_USE_NEW_PIPELINE") == "false", reason="schedules of the new pipeline")


def scale(space, memory, *options, **more):
    return ttile_json("run", f"{LAYOUTS}:scale", *words({**SCALE, "space": space, "memory": memory, **more}), *options)


def product(a, b, c, *options):
    return ttile_json("run", f"{LAYOUTS}:matmul", *words({**PRODUCT, "a": a, "b": b, "c": c}), *options)


def plan_of(folder, kernel, bindings, *options):
    result = ttile("compile", kernel, *words(bindings), "-o", folder, *options)
    assert result.returncode == 0, result.stderr
    return json.loads(next(folder.rglob("tt.plan.json")).read_text())


# ---------------------------------------------------------------- what L1 saves


@new_only
def test_elementwise_on_shards():
    """A core that computes on its own shard moves nothing, and takes a fraction of the time."""
    dram, l1 = scale("dram", "interleaved"), scale("l1", "block_sharded")
    assert (dram["dram_read_bytes"], dram["dram_write_bytes"]) == (TENSOR, TENSOR)
    assert (l1["dram_read_bytes"], l1["dram_write_bytes"]) == (0, 0)
    assert (l1["l1_local_bytes"], l1["l1_remote_bytes"]) == (0, 0)
    assert l1["cycles"] < dram["cycles"] / 4


@new_only
def test_copies_from_the_own_shard():
    """Without buffers over the shards, tiles are copied inside a core's L1: slower than not at all."""
    over, copied = scale("l1", "block_sharded"), scale("l1", "block_sharded", "--disable=AliasShards")
    assert (copied["l1_local_bytes"], copied["l1_remote_bytes"]) == (2 * TENSOR, 0)
    assert copied["dram_read_bytes"] == copied["dram_write_bytes"] == 0
    assert over["cycles"] < copied["cycles"]


@new_only
@pytest.mark.parametrize("memory", MEMORIES)
def test_elementwise_works_where_the_shards_are(memory):
    report = scale("l1", memory)
    assert report["dram_read_bytes"] == report["dram_write_bytes"] == report["l1_remote_bytes"] == 0


@new_only
def test_product_on_shards():
    """A product reads other cores' shards over the NoC, and writes its own."""
    dram = product("interleaved", "interleaved", "interleaved")
    output = product("interleaved", "interleaved", "block_sharded")
    l1 = product("block_sharded", "block_sharded", "block_sharded")
    assert dram["dram_write_bytes"] == TENSOR and output["dram_write_bytes"] == 0
    assert l1["dram_read_bytes"] == l1["dram_write_bytes"] == 0
    assert output["dram_read_bytes"] == dram["dram_read_bytes"] > 0
    assert output["cycles"] < dram["cycles"]
    assert l1["cycles"] < output["cycles"]


def test_interleaved_in_l1():
    assert scale("l1", "interleaved")["dram_read_bytes"] == 0


def test_shards_are_in_the_byte_table(tmp_path):
    plan = plan_of(tmp_path, f"{LAYOUTS}:scale", {**SCALE, "space": "l1", "memory": "block_sharded"})
    assert plan["l1"]["tensors"] == 2 * 64 * 64 * 2
    assert plan["layouts"]["X"]["shard"] == {"shape": [64, 64], "grid": [8, 8], "order": "row_major"}


def test_tensors_in_l1_leave_less_to_buffers():
    """The byte table has a row for each tensor, and the sum counts them."""
    result = ttile("run", f"{LAYOUTS}:scale", *words({**SCALE, "M": 8192, "N": 8192, "space": "l1", "memory": "block_sharded"}))
    assert result.returncode == 1 and "l1-overflow" in result.stderr
    rows = [line.split() for line in result.stderr.splitlines() if line.strip().startswith("shard")]
    assert [row[1] for row in rows] == ["X", "Y"] and all(row[-1] == "2097152" for row in rows)


# ---------------------------------------------------------------- the same numbers


@pytest.mark.parametrize(
    "space, memory, order",
    [("l1", memory, order) for memory in MEMORIES for order in ("row_major", "match_shard")]
    + [("dram", "interleaved", order) for order in ("column_major", "z_order")]
    + [("l1", "interleaved", "z_order"), ("dram", "height_sharded", "match_shard"), ("dram", "width_sharded", "row_major")],
)
def test_layouts_change_no_bytes(tmp_path, space, memory, order):
    inputs = {"X": normal((512, 512), seed=3)}
    bindings = {**SCALE, "space": space, "memory": memory, "order": order}
    report, outputs = run_kernel(tmp_path, f"{LAYOUTS}:scale", bindings, inputs, ["Y"])
    assert report["pass"] is True
    assert np.array_equal(outputs["Y"].astype(np.float32), (2 * inputs["X"].value).astype(np.float32))


@pytest.mark.parametrize("a", ["interleaved", "height_sharded"])
@pytest.mark.parametrize("b", ["interleaved", "width_sharded"])
@pytest.mark.parametrize("c", ["interleaved", *MEMORIES])
def test_products_of_shards(tmp_path, a, b, c):
    inputs = {"A": normal((250, 128), seed=1), "B": normal((128, 190), seed=2)}
    bindings = {"M": 250, "N": 190, "K": 128, "block": 64, "a": a, "b": b, "c": c}
    expected = {"C": (inputs["A"] @ inputs["B"], "bfloat16")}
    check_kernel(tmp_path, f"{LAYOUTS}:matmul", bindings, inputs, expected)


def test_tile_orders_change_cycles():
    """Neighbouring tiles lie in other banks."""
    cycles = {order: scale("dram", "interleaved", order=order)["cycles"] for order in ("row_major", "column_major", "z_order")}
    assert len(set(cycles.values())) == 3, cycles


@pytest.mark.parametrize("order", ["row_major", "match_shard", "column_major", "z_order"])
def test_plan_alone(tmp_path, order):
    """What a plan says of layouts is enough to simulate it."""
    sharded = order in ("row_major", "match_shard")
    bindings = {**SCALE, "space": "l1" if sharded else "dram", "memory": "block_sharded" if sharded else "interleaved"}
    plan = plan_of(tmp_path, f"{LAYOUTS}:scale", {**bindings, "order": order})
    assert plan["layouts"]["X"]["tile_id_order"] == order
    path = next(tmp_path.rglob("tt.plan.json"))
    direct = ttile_json("run", f"{LAYOUTS}:scale", *words({**bindings, "order": order}))
    assert ttile_json("run", f"--plan={path}")["cycles"] == direct["cycles"]
    assert ttile("plan", "check", path).returncode == 0


SMALL = """
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A):
    A: T.Tensor((100, 90), T.{dtype})
    C = T.empty((100, 90), T.{dtype})
    with T.Kernel(2, 2, threads=128) as (bx, by):
        T.annotate_tt_layout({{A: {{"tile_shape": {tile}}}, C: {{"tile_shape": {tile}}}}})
        S = T.alloc_shared((64, 64), T.{dtype})
        T.copy(A[by * 64, bx * 64], S)
        T.copy(S, C[by * 64, bx * 64])
    return C
"""


@pytest.mark.parametrize("tile", [[16, 32], [32, 16], [16, 16]])
@pytest.mark.parametrize("dtype, size", [("bfloat16", 2), ("float32", 4)])
def test_small_tiles_are_moved(tmp_path, tile, dtype, size):
    path = tmp_path / "kernel.py"
    path.write_text(SMALL.format(tile=tile, dtype=dtype))
    plan = plan_of(tmp_path / "out", path, {})
    assert plan["layouts"]["A"]["padded_shape"] == [-(-100 // tile[0]) * tile[0], -(-90 // tile[1]) * tile[1]]
    assert plan["circular_buffers"][0]["page_bytes"] == tile[0] * tile[1] * size
    inputs = {"A": normal((100, 90), dtype, seed=5)}
    check_kernel(tmp_path, path, {}, inputs, {"C": (inputs["A"], dtype)})
    report = ttile_json("run", path)
    pages = -(-100 // tile[0]) * -(-90 // tile[1])
    assert report["dram_read_bytes"] == report["dram_write_bytes"] == pages * tile[0] * tile[1] * size


# ---------------------------------------------------------------- who works on what

BLOCK = """
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A):
    A: T.Tensor({shape}, T.bfloat16)
    C = T.empty({shape}, T.bfloat16)
    with T.Kernel({launch}, threads=128) as ({names}):
        T.annotate_tt_layout({{C: {layout}}})
        S = T.alloc_shared(({height}, {width}), T.bfloat16)
        T.copy(A[{index}], S)
        T.copy(S, C[{index}])
    return C
"""


def core_of_tile(layout, row, column):
    """The core that holds a tile, by the definition of shards."""
    shard = layout["shard"]
    i, j = row * 32 // shard["shape"][0], column * 32 // shard["shape"][1]
    columns, rows = shard["grid"]
    by_columns = shard["order"] == "column_major"
    if layout["memory"] == "block_sharded":
        return [i, j] if by_columns else [j, i]
    n = i if layout["memory"] == "height_sharded" else j
    return [n // rows, n % rows] if by_columns else [n % columns, n // columns]


def random_case(rng):
    height, width = rng.choice([32, 64, 96]), rng.choice([32, 64])
    down, across, batches = rng.randint(1, 6), rng.randint(1, 6), rng.choice([0, 2, 3])
    turned = rng.random() < 0.3 and not batches
    memory = rng.choice(MEMORIES)
    rows, columns = (batches or 1) * down * height // 32, across * width // 32
    shape = [
        (rows if memory == "width_sharded" else rng.randint(max(1, rows // 7), rows)) * 32,
        (columns if memory == "height_sharded" else rng.randint(max(1, columns // 7), columns)) * 32,
    ]
    return {
        "layout": {"memory": memory, "shard": {"shape": shape, "order": rng.choice(["row_major", "column_major"])}},
        "shape": ((batches,) if batches else ()) + (down * height, across * width),
        "launch": f"{down}, {across}" if turned else f"{across}, {down}" + (f", {batches}" if batches else ""),
        "names": "bx, by, bz" if batches else "bx, by",
        "index": ("bz, " if batches else "") + (f"bx * {height}, by * {width}" if turned else f"by * {height}, bx * {width}"),
        "height": height,
        "width": width,
        "grid": (down, across) if turned else (across, down),
        "turned": turned,
    }


@new_only
@pytest.mark.parametrize("seed", range(25))
def test_items_are_where_their_shards_are(tmp_path, seed):
    case = random_case(random.Random(seed))
    path = tmp_path / "kernel.py"
    path.write_text(BLOCK.format(**case))
    plan = plan_of(tmp_path / "out", path, {})
    layout = plan["layouts"]["C"]
    assert plan["work_partition"] == {"strategy": "block", "order": "match_shard"}
    columns, rows = case["grid"]
    for core in plan["cores"]:
        for run in core["work_items"]:
            for k in range(run["count"]):
                length, jump = run.get("length", run["count"]), run.get("jump", 1)
                item = run["start"] + k % length * run["stride"] + k // length * jump
                x, y, z = item % columns, item // columns % rows, item // (columns * rows)
                down, across = (x, y) if case["turned"] else (y, x)
                row = (z * rows + down) * case["height"] // 32
                assert core["core"] == core_of_tile(layout, row, across * case["width"] // 32), (case, item)


# ---------------------------------------------------------------- schedules


def schedule(strategy, order, columns=4, rows=4, *options):
    bindings = {"M": 256, "N": 512, "strategy": strategy, "order": order, "columns": columns, "rows": rows}
    return f"{LAYOUTS}:scheduled", bindings, options


@new_only
def test_orders_change_cycles():
    cycles = {}
    for strategy, order in [("row_major",) * 2, ("column_major",) * 2, ("block", "column_major"), ("block", "z_order")]:
        kernel, bindings, options = schedule(strategy, order)
        report = ttile_json("run", kernel, *words(bindings), *options)
        assert report["pass"] is True
        cycles[strategy, order] = report["cycles"]
    assert len(set(cycles.values())) == len(cycles), cycles


def items_in_order(core):
    for run in core["work_items"]:
        length, jump = run.get("length", run["count"]), run.get("jump", 1)
        yield from (run["start"] + k % length * run["stride"] + k // length * jump for k in range(run["count"]))


@new_only
@pytest.mark.parametrize(
    "strategy, order, first",
    [
        ("row_major", "row_major", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("column_major", "column_major", [0, 16, 32, 48, 64, 80, 96, 112]),
        ("block", "row_major", [0, 1, 2, 3, 16, 17, 18, 19]),
        ("block", "column_major", [0, 16, 1, 17, 2, 18, 3, 19]),
        ("block", "z_order", [0, 1, 16, 17, 2, 3, 18, 19]),
    ],
)
def test_plan_tells_the_order(tmp_path, strategy, order, first):
    kernel, bindings, options = schedule(strategy, order)
    plan = plan_of(tmp_path, kernel, bindings, *options)
    assert plan["work_partition"] == {"strategy": strategy, "order": order}
    assert plan["core_grid"] == [4, 4]
    assert list(items_in_order(plan["cores"][0])) == first


PARTITION = """
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A):
    A: T.Tensor((128, 96), T.bfloat16)
    C = T.empty((128, 96), T.bfloat16)
    with T.Kernel(3, 4, threads=128) as (bx, by):
        T.func_attr({{"tt.work_partition": {partition}}})
        S = T.alloc_shared((32, 32), T.bfloat16)
        T.copy(A[by * 32, bx * 32], S)
        T.copy(S, C[by * 32, bx * 32])
    return C
"""


@new_only
@pytest.mark.parametrize(
    "partition, strategy",
    [
        ([{"core": [5, 1], "block": [0, 0, 3, 2]}, {"core": [2, 3], "block": [0, 2, 3, 2]}], "block"),
        ([{"core": [0, 0], "run": [0, 7]}, {"core": [7, 7], "run": [7, 5]}], "row_major"),
        ([{"core": [0, 0], "items": [[0, 7, 1]]}, {"core": [7, 7], "items": [[7, 5, 1]]}], "row_major"),
    ],
)
def test_partition_of_the_user(tmp_path, partition, strategy):
    path = tmp_path / "kernel.py"
    path.write_text(PARTITION.format(partition=partition))
    plan = plan_of(tmp_path / "out", path, {})
    assert plan["work_partition"]["strategy"] == strategy
    used = {tuple(core["core"]): sorted(items_in_order(core)) for core in plan["cores"] if core["work_items"]}
    assert set(used) == {tuple(entry["core"]) for entry in partition}
    assert sorted(sum(used.values(), [])) == list(range(12))
    assert ttile_json("run", path)["pass"] is True


@new_only
def test_partition_that_forgets_an_item(tmp_path):
    path = tmp_path / "kernel.py"
    path.write_text(PARTITION.format(partition=[{"core": [0, 0], "block": [0, 0, 3, 3]}]))
    result = ttile("run", path)
    assert result.returncode == 1 and "work-partition" in result.stderr, result.stderr


@new_only
def test_options_go_first(tmp_path):
    kernel, bindings, _ = schedule("block", "z_order")
    result = ttile("compile", kernel, *words(bindings), "--partition-strategy=row_major", "--core-grid=8x2", "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("schedule-overridden") == 3 or result.stderr.count("goes before") == 3, result.stderr
    plan = json.loads(next(tmp_path.rglob("tt.plan.json")).read_text())
    assert plan["work_partition"] == {"strategy": "row_major", "order": "row_major"}
    assert plan["core_grid"] == [8, 2]


@new_only
def test_same_as_the_options(tmp_path):
    """A schedule in the kernel is what the options would have made."""
    kernel, bindings, _ = schedule("column_major", "column_major", 3, 2)
    own = plan_of(tmp_path / "own", kernel, bindings)
    plain = {**bindings, "strategy": "row_major", "order": "row_major", "columns": 3, "rows": 2}
    asked = plan_of(tmp_path / "asked", kernel, plain, "--partition-strategy=column_major")
    assert own["cores"] == asked["cores"] and own["work_partition"] == asked["work_partition"]
