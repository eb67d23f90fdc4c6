"""Attributes of both generations mean the same in source, in TVMScript and in IR text, under both pipelines."""

import json

import pytest
from support.running import ttile

SOURCE = """import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((128, 128), "bfloat16"), C: T.Tensor((128, 128), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.func_attr({%s})
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        T.copy(A[by * 32, bx * 32], A_shared)
        T.copy(A_shared, C[by * 32, bx * 32])
"""

TVMSCRIPT = """# from tvm.script import tirx as T

@T.prim_func
def copy(A: T.handle, C: T.handle):
    T.func_attr({%s})
    A_1 = T.match_buffer(A, (128, 128), "bfloat16")
    C_1 = T.match_buffer(C, (128, 128), "bfloat16")
    for bx in T.thread_binding(4, thread="blockIdx.x"):
        for by in T.thread_binding(4, thread="blockIdx.y"):
            with T.sblock("tilelang_root"):
                S = T.sblock_alloc_buffer((32, 32), "bfloat16", scope="shared.dyn")
                T.copy(T.region(A_1[by * 32, bx * 32], 1, 32, 32), T.region(S[0, 0], 2, 32, 32))
                T.copy(T.region(S[0, 0], 1, 32, 32), T.region(C_1[by * 32, bx * 32], 2, 32, 32))
"""

IR_TEXT = """# ttile ir 1

@T.prim_func
def copy(
    A: T.Tensor((128, 128), "bfloat16", role="in"),
    C: T.Tensor((128, 128), "bfloat16", role="out"),
):
    T.func_attr({%s})
    with T.Kernel(4, 4) as (bx, by):
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        T.copy(A[T.span(by * 32, 32), T.span(bx * 32, 32)], A_shared[T.span(0, 32), T.span(0, 32)])
        T.copy(A_shared[T.span(0, 32), T.span(0, 32)], C[T.span(by * 32, 32), T.span(bx * 32, 32)])
"""

FORMS = {"source": SOURCE, "tvmscript": TVMSCRIPT, "ir": IR_TEXT}

TWO_LAUNCHES = """import tilelang.language as T


@T.prim_func
def twice(A: T.Tensor((128, 128), "bfloat16"), B: T.Tensor((128, 128), "bfloat16"), C: T.Tensor((128, 128), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.func_attr({"tt.core_ranges": [{"start": [0, 0], "extent": [2, 2]}]})
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        T.copy(A[by * 32, bx * 32], A_shared)
        T.copy(A_shared, B[by * 32, bx * 32])
    with T.Kernel(4, 4) as (bx, by):
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        T.copy(B[by * 32, bx * 32], B_shared)
        T.copy(B_shared, C[by * 32, bx * 32])
"""


def compiled(folder, form, attributes, pipeline):
    path = folder / ("kernel.ttir" if form == "ir" else "kernel.py")
    path.write_text(FORMS[form] % attributes)
    result = ttile("compile", path, "-o", folder / "out", f"--pipeline={pipeline}")
    assert result.returncode == 0, result.stderr
    return json.loads(next((folder / "out").rglob("tt.plan.json")).read_text())


@pytest.mark.parametrize("pipeline", ["new", "legacy"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "attributes,cores",
    [
        ('"tt_num_cores": 3', {(0, 0): 6, (1, 0): 5, (2, 0): 5}),
        ('"tt_tiles_per_core": [[0, 9], [9, 7]]', {(0, 0): 9, (1, 0): 7}),
        ('"tt_core_ranges": [[7, 7, 7, 7, 0, 16]]', {(7, 7): 16}),
        ('"tt_core_runtime_args": [[0, 4], [4, 12]]', {(0, 0): 4, (1, 0): 12}),
        ('"tt.grid": [2, 1]', {(0, 0): 8, (1, 0): 8}),
        ('"tt.core_grid": [2, 1]', {(0, 0): 8, (1, 0): 8}),
        ('"tt.core_grid": [2, 1], "tt.block_shape": [32, 32]', {(0, 0): 8, (1, 0): 8}),
        ('"tt.core_ranges": [{"start": [0, 0], "extent": [2, 1]}]', {(0, 0): 8, (1, 0): 8}),
        ('"tt.core_ranges": [[0, 0, 2, 1]]', {(0, 0): 8, (1, 0): 8}),
        ('"tt.work_partition": [{"core": [1, 1], "run": [0, 16]}]', {(1, 1): 16}),
    ],
)
def test_work_of_every_core(tmp_path, attributes, cores, form, pipeline):
    plan = compiled(tmp_path, form, attributes, pipeline)
    work = {tuple(core["core"]): sum(run["count"] for run in core["work_items"]) for core in plan["cores"]}
    assert {core: count for core, count in work.items() if count} == cores


@pytest.mark.parametrize("pipeline", ["new", "legacy"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("attribute", ["tt.user_layout", "tt.layout_desc"])
def test_layout_of_a_tensor(tmp_path, attribute, form, pipeline):
    plan = compiled(tmp_path, form, f'"{attribute}": {{"A": {{"memory": "L1"}}}}', pipeline)
    assert [layout["space"] for layout in plan["layouts"].values()] == ["l1", "dram"]


@pytest.mark.parametrize("pipeline", ["new", "legacy"])
def test_older_form_reaches_every_launch(tmp_path, pipeline):
    (tmp_path / "kernel.py").write_text(TWO_LAUNCHES)
    result = ttile("compile", tmp_path / "kernel.py", "-o", tmp_path / "out", f"--pipeline={pipeline}")
    assert result.returncode == 0, result.stderr
    plan = json.loads((tmp_path / "out" / "twice" / "tt.plan.json").read_text())
    assert [launch["core_grid"] for launch in plan["launches"]] == [[2, 2], [2, 2]]
