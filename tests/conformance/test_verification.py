"""Metadata that is missing, malformed or contradicts itself fails the compile."""

import json

import pytest
from common import GEMM, gemm
from support.running import DIAGNOSTIC, ttile

SIZES = gemm(128, 128)
RANGES, GRID = '"tt.core_ranges": [[0, 0, 4, 4]]', '"tt.core_grid": [4, 4]'


@pytest.fixture(scope="module")
def program():
    result = ttile("opt", GEMM, *SIZES, "--no-locations", "--pipeline=new")
    assert result.returncode == 0, result.stderr
    return result.stdout


def verify(folder, text):
    path = folder / "program.ttir"
    path.write_text(text)
    result = ttile("opt", path, "--passes=VerifyTTIR")
    assert not (folder / "out").exists()
    return result.returncode, [found["code"] for found in DIAGNOSTIC.finditer(result.stderr) if found["kind"] == "error"], result


def test_the_program_itself_is_good(tmp_path, program):
    assert verify(tmp_path, program)[:2] == (0, [])


@pytest.mark.parametrize(
    "attribute",
    ['"tt.layout_desc": True, ', GRID + ", ", RANGES + ", ", '"tt.work_grid": [4, 4, 1], ', '"tt.circular_buffers": True, '],
)
def test_missing_metadata(tmp_path, program, attribute):
    assert attribute in program
    code, errors, result = verify(tmp_path, program.replace(attribute, ""))
    assert (code, errors) == (1, ["pass-requires"]), result.stderr
    assert attribute.split('"')[1] in result.stderr


@pytest.mark.parametrize(
    "old,new,error",
    [
        (RANGES, '"tt.core_ranges": [[0, 0, 4]]', "proof-cores"),
        (RANGES, '"tt.core_ranges": [[0, 0, -4, 4]]', "proof-cores"),
        (RANGES, '"tt.core_ranges": [[0, 0, 0, 4]]', "proof-cores"),
        (RANGES, '"tt.core_ranges": []', "proof-cores"),
        (RANGES, '"tt.core_ranges": "all"', "ir-text"),
        (RANGES, '"tt.core_ranges": [[0, 0, 4, 4], [3, 3, 1, 1]]', "proof-cores"),
        (RANGES, '"tt.core_ranges": [[0, 0, 4, 3]]', "proof-cores"),
        (RANGES, '"tt.core_ranges": [[0, 0, 9, 4]]', "proof-cores"),
        (GRID, '"tt.core_grid": [9, 9]', "proof-cores"),
        (GRID, '"tt.core_grid": [4, 3]', "proof-cores"),
        (GRID, '"tt.core_grid": [4]', "proof-cores"),
        ('"core": [3, 3]', '"core": [3, 4]', "proof-cores"),
        ('"core": [3, 3]', '"core": [3]', "proof-cores"),
        ('"tt.work_grid": [4, 4, 1]', '"tt.work_grid": [4, 5, 1]', "proof-work-items"),
        ('"items": [[15, 1, 1]]', '"items": [[14, 1, 1]]', "proof-work-items"),
        ('"items": [[15, 1, 1]]', '"items": [[15, 1]]', "proof-work-items"),
    ],
    ids=lambda value: value.split(": ", 1)[-1],
)
def test_malformed_cores_and_work(tmp_path, program, old, new, error):
    assert old in program
    code, errors, result = verify(tmp_path, program.replace(old, new))
    assert code == 1 and errors[0] == error, result.stderr


def test_core_range_beyond_the_chip_names_it(tmp_path, program):
    text = program.replace(RANGES, '"tt.core_ranges": [[0, 0, 9, 4]]').replace(GRID, '"tt.core_grid": [9, 4]')
    code, errors, result = verify(tmp_path, text)
    assert code == 1 and errors[0] == "proof-cores"
    assert "8 x 8" in result.stderr


@pytest.mark.parametrize("option", ["--core-grid=9x1", "--core-grid=1x9", "--core-grid=0x4"])
def test_grid_over_the_chip(tmp_path, option):
    result = ttile("compile", GEMM, *SIZES, option, "-o", tmp_path / "out")
    assert result.returncode == 1 and "error[core-grid]" in result.stderr
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- circular buffers


def test_two_buffers_of_one_number(tmp_path, program):
    code, errors, result = verify(tmp_path, program.replace("T.circular_buffer(1,", "T.circular_buffer(0,"))
    assert code == 1 and errors, result.stderr


def test_a_buffer_beyond_the_last(tmp_path, program):
    code, errors, result = verify(tmp_path, program.replace("T.circular_buffer(1,", "T.circular_buffer(32,"))
    assert code == 1 and errors, result.stderr


@pytest.fixture
def plan(tmp_path):
    assert ttile("compile", GEMM, *SIZES, "-o", tmp_path).returncode == 0
    return next(tmp_path.rglob("tt.plan.json"))


def drop_last(plan):
    plan["circular_buffers"].pop()


def add_one(plan):
    plan["circular_buffers"].append({**plan["circular_buffers"][0], "name": "cb_more", "index": 31})


def more_than_there_are(plan):
    first = plan["circular_buffers"][0]
    plan["circular_buffers"] = [{**first, "name": f"cb_{i}", "index": i} for i in range(33)]


@pytest.mark.parametrize("edit", [drop_last, add_one, more_than_there_are], ids=lambda edit: edit.__name__)
def test_buffer_counts_that_disagree(plan, edit):
    """A plan that lists other circular buffers than its kernels use is refused."""
    content = json.loads(plan.read_text())
    edit(content)
    plan.write_text(json.dumps(content, indent=2))
    for command in (["plan", "check", plan], ["run", f"--plan={plan}"]):
        result = ttile(*command)
        assert result.returncode == 1, result.stdout
        assert "error[plan-" in result.stderr, result.stderr


# ---------------------------------------------------------------- attributes of a kernel

KERNEL = """# ttile ir 1

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


@pytest.mark.parametrize("pipeline", ["new", "legacy"])
@pytest.mark.parametrize(
    "text,error,place",
    [
        ('"tt_tiles_per_core": [1, 2]', "legacy-malformed", "8:39"),
        ('"tt_tiles_per_core": 5', "legacy-malformed", "8:39"),
        ('"tt_grid_x": "four"', "legacy-malformed", "8:31"),
        ('"tt_grid_x": 5', "legacy-contradiction", "8:31"),
        ('"tt_tiles_per_core": [[0, 8], [7, 8]]', "legacy-contradiction", "8:48"),
        ('"tt_num_cores": 65', "legacy-malformed", "8:34"),
        ('"tt_num_cores": 0', "legacy-malformed", "8:34"),
        ('"tt_num_cores": 3, "tt_tiles_per_core": [[0, 16]]', "legacy-contradiction", "8:34"),
        ('"tt_buffer_0_num_tiles_width": 5', "legacy-contradiction", "8:49"),
        ('"tt_num_tilez": 16', "legacy-unknown", "8:18"),
        ('"tt.gird": [4, 4]', "legacy-unknown", "8:18"),
        ('"tt_grid_x": 4, "tt.grid": [4, 4]', "legacy-mixed", "8:34"),
        ('"tt_grid_x": 4, "tt.core_grid": [4, 4]', "legacy-mixed", "8:50"),
        ('"tt.target": "wormhole:n3000"', "unknown-target", "8:31"),
        ('"tt.block_shape": [32, 16]', "legacy-contradiction", "8:36"),
        ('"tt.core_grid": [9, 9]', "core-grid", "8:34"),
        ('"tt.core_grid": "4x4"', "ir-text", "8:34"),
    ],
)
def test_bad_attributes_write_nothing(tmp_path, text, error, place, pipeline):
    path = tmp_path / "kernel.ttir"
    path.write_text(KERNEL % text)
    result = ttile("compile", path, "-o", tmp_path / "out", f"--pipeline={pipeline}")
    assert result.returncode == 1, result.stderr
    seen = [(found["code"], found["place"]) for found in DIAGNOSTIC.finditer(result.stderr) if found["kind"] == "error"]
    assert seen == [(error, place)], result.stderr
    assert not (tmp_path / "out").exists()
