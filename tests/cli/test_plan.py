"""Plans: what is written is valid, what is edited is refused by a code of its own, what was compiled runs again."""

import copy
import json
import re

import jsonschema
import pytest
from support.running import KERNELS, ROOT, ttile, ttile_json, words

GEMM = str(KERNELS / "gemm.py:matmul")
SIZES = words({"M": 128, "N": 192, "K": 64, "block_M": 32, "block_N": 32})


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    result = ttile("compile", GEMM, *SIZES, "-o", folder)
    assert result.returncode == 0, result.stderr
    return folder / "matmul"


@pytest.fixture
def plan(compiled):
    return json.loads((compiled / "tt.plan.json").read_text())


def test_schema_is_legal_and_accepts_the_plan(plan):
    schema = json.loads((ROOT / "src/plan/plan.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(plan, schema)


def test_check_accepts(compiled):
    result = ttile("plan", "check", compiled / "tt.plan.json")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "option",
    [
        "--target=blackhole:p150",
        "--core-grid=2x2",
        "--double-buffer=false",
        "--double-buffer=true",  # said, though it is the default
        "--prefetch=true",
        "--partition-strategy=row_major",
        "--math-fidelity=HiFi4",
        "--float16=bfloat16",
        "--accumulate=32",
        "--pipeline=legacy",
        "--disable=",
        "--disable=FuseTiles",
        "--tolerance=0.1",
    ],
)
def test_a_plan_takes_no_options_of_compiling_or_checking(compiled, option):
    result = ttile("run", "--plan", compiled / "tt.plan.json", option)
    assert result.returncode == 1
    assert f"error[usage]: {option.split('=')[0]} goes with a FILE" in result.stderr


def test_show(compiled):
    result = ttile("plan", "show", compiled / "tt.plan.json")
    assert result.returncode == 0, result.stderr
    for word in ("matmul", "wormhole", "6x4", "bytes"):
        assert word in result.stdout, result.stdout


def shown(folder, kernel):
    result = ttile("compile", kernel, "-o", folder)
    assert result.returncode == 0, result.stderr
    (path,) = folder.glob("*/tt.plan.json")
    for command in ("check", "show"):
        result = ttile("plan", command, path)
        assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("name", ["multicast_gemm", "multicast_row", "shards_in_place", "stream_single_page"])
def test_estimates_are_lower_bounds(tmp_path, name):
    program = f"tests/programs/legal/{name}.ttir"
    (kernel,) = json.loads(ttile("compile", program, "-o", tmp_path, "--json").stdout)["kernels"]
    estimate, simulated = kernel["estimate"], json.loads(ttile("sim", program, "--json").stdout)
    parts = [estimate[f"{part}_cycles"] for part in ("compute", "dram", "noc")]
    assert estimate["cycles"] == max(parts) and 0 < max(parts) < simulated["cycles"]


def test_estimates_of_multicasts(tmp_path):
    """A writer of the first row sends 4 times 2 pages to another core and 4 to DRAM, 30 bytes a cycle."""
    program = "tests/programs/legal/multicast_gemm.ttir"
    (kernel,) = json.loads(ttile("compile", program, "-o", tmp_path, "--json").stdout)["kernels"]
    assert kernel["estimate"]["noc_cycles"] == (8 + 4) * 2048 // 30


def test_show_of_roles(tmp_path):
    text = shown(tmp_path, "tests/programs/legal/multicast_gemm.ttir")
    for line in ("reader_send_A.cpp on 2 cores", "compute.cpp on 4 cores", "a_ready, a_valid, b_ready, b_valid"):
        assert line in text


def test_show_of_shards(tmp_path):
    text = shown(tmp_path, "tests/programs/legal/shards_in_place.ttir")
    for line in ("B in l1, width_sharded: 128x32 on 2x2 cores", "the core's shard of C", "buffers and tensors"):
        assert line in text
    assert "kernels" not in text and "semaphores" not in text


def test_edited_shards_and_roles_are_refused(tmp_path):
    """What the program says otherwise, and what no chip has."""
    edits = [
        ("shards_in_place", '"shard": "C"', '"shard": "A"', "plan-program"),
        ("shards_in_place", '"shard": "C"', '"shard": "D"', "plan-name"),
        ("multicast_gemm", '"a_sender_x": "x"', '"a_sender_x": "y"', "plan-program"),
        ("multicast_gemm", '"a_sender_x": 0', '"a_sender_x": 8', "plan-arguments"),
        ("multicast_gemm", '"a_valid": 1', '"a_valid": 0', "plan-arguments"),
        ("multicast_gemm", '"index": 3', '"index": 17', "plan-semaphores"),
        ("multicast_gemm", "reader_receive_A.cpp", "../reader.cpp", "plan-file"),
    ]
    for program, old, new, code in edits:
        assert ttile("compile", f"tests/programs/legal/{program}.ttir", "--force", "-o", tmp_path).returncode == 0
        path = tmp_path / program / "tt.plan.json"
        text = path.read_text()
        assert old in text, old
        path.write_text(text.replace(old, new, 1))
        result = ttile("plan", "check", path)
        assert result.returncode == 1 and f"error[{code}]" in result.stderr, (new, result.stderr)


def test_expand_names_every_item_once(compiled):
    result = ttile("plan", "expand", compiled / "tt.plan.json")
    assert result.returncode == 0, result.stderr
    expanded = json.loads(result.stdout)
    items = [item for core in expanded["cores"] for item in core["work_items"]]
    assert sorted(item["id"] for item in items) == list(range(24))
    assert sorted(tuple(item["block"]) for item in items) == sorted((x, y, 0) for x in range(6) for y in range(4))


@pytest.mark.parametrize("strategy", ["row_major", "column_major", "block"])
def test_large_launches_stay_small(tmp_path, strategy):
    """Items of rectangles are counted by `length` and `jump`; the plan of a million is no longer than that of 65536."""
    lengths = []
    for side in (256, 1024):
        sizes = words({"M": 32 * side, "N": 32 * side, "K": 32, "block_M": 32, "block_N": 32})
        folder = tmp_path / str(side)
        result = ttile("compile", GEMM, *sizes, f"--partition-strategy={strategy}", "-o", folder)
        assert result.returncode == 0, result.stderr
        path = folder / "matmul" / "tt.plan.json"
        plan = json.loads(path.read_text())
        jsonschema.validate(plan, json.loads((ROOT / "src/plan/plan.schema.json").read_text()))
        assert sum(run["count"] for core in plan["cores"] for run in core["work_items"]) == side * side
        lengths.append(len(path.read_text()))
        assert ttile("plan", "check", path).returncode == 0
        if side == 256:
            expanded = json.loads(ttile("plan", "expand", path).stdout)
            items = [item["id"] for core in expanded["cores"] for item in core["work_items"]]
            assert sorted(items) == list(range(side * side))
    assert lengths[1] < 1.1 * lengths[0]


def test_bytes_depend_only_on_the_input(tmp_path, compiled):
    assert ttile("compile", GEMM, *SIZES, "-o", tmp_path).returncode == 0
    for name in ("tt.plan.json",):
        assert (tmp_path / "matmul" / name).read_bytes() == (compiled / name).read_bytes()


def test_a_plan_runs_without_its_source(compiled):
    report = ttile_json("run", "--plan", compiled / "tt.plan.json")
    assert report["cycles"] > 0


def first_core(plan):
    return next(core for core in plan["cores"] if core["work_items"])


def no_items(plan):
    first_core(plan)["work_items"] = []


def item_twice(plan):
    runs = first_core(plan)["work_items"]
    runs.append(copy.deepcopy(runs[0]))


def core_outside(plan):
    plan["core_grid"] = [99, 1]


def range_overlap(plan):
    plan["core_ranges"].append(copy.deepcopy(plan["core_ranges"][0]))


def unknown_key(plan):
    plan["colour"] = "red"


def missing_key(plan):
    del plan["tensors"]


def wrong_type(plan):
    plan["core_grid"] = "8x8"


def version(plan):
    plan["schema_version"] = 999


def device(plan):
    plan["target"]["device"] = "wormhole:n9000"


def huge_l1(plan):
    plan["circular_buffers"][0]["pages"] = 10**6


def digest_of_capitals(plan):
    plan["kernels"][0]["program"]["sha256"] = "A" * 64


def short_digest(plan):
    plan["source"]["sha256"] = "0" * 63


def long_digest(plan):
    plan["source"]["sha256"] += "0"


def other_program(plan):
    plan["kernels"][0]["program"]["sha256"] = "0" * 64


def missing_program(plan):
    plan["kernels"][0]["program"]["file"] = "gone.ttir"


EDITS = [
    (no_items, "plan-work-items"),
    (item_twice, "plan-work-items"),
    (core_outside, "plan-grid"),
    (range_overlap, "plan-ranges"),
    (unknown_key, "plan-schema"),
    (missing_key, "plan-schema"),
    (wrong_type, "plan-schema"),
    (digest_of_capitals, "plan-schema"),
    (short_digest, "plan-schema"),
    (long_digest, "plan-schema"),
    (version, "plan-version"),
    (device, "plan-target"),
    (huge_l1, "plan-l1"),
    (other_program, "plan-file"),
    (missing_program, "plan-file"),
]


@pytest.mark.parametrize("edit,code", EDITS, ids=[edit.__name__ for edit, _ in EDITS])
def test_edited_plan(tmp_path, compiled, plan, edit, code):
    for file in compiled.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    edit(plan)
    path = tmp_path / "tt.plan.json"
    path.write_text(json.dumps(plan, indent=2))
    result = ttile("plan", "check", path)
    assert result.returncode == 1, result.stderr
    assert f"[{code}]" in result.stderr, result.stderr
    schema = json.loads((ROOT / "src/plan/plan.schema.json").read_text())
    of_schema = code in ("plan-schema", "plan-version")  # both are of the file's form, which the schema has, too
    assert jsonschema.Draft202012Validator(schema).is_valid(plan) != of_schema
    run = ttile("run", "--plan", path)
    assert run.returncode == 1, run.stderr
    assert f"[{code}]" in run.stderr, run.stderr


@pytest.mark.parametrize("cut", [0, 1, 100, -2])
def test_truncated_plan(tmp_path, compiled, cut):
    text = (compiled / "tt.plan.json").read_text()
    path = tmp_path / "tt.plan.json"
    path.write_text(text[: cut if cut >= 0 else len(text) + cut])
    result = ttile("plan", "check", path)
    assert result.returncode == 1
    assert "[plan-syntax]" in result.stderr, result.stderr


def test_columns_of_names_that_take_more_bytes_than_cells(tmp_path):
    """Wide characters take two cells, others one, however many bytes they have; a long name widens the column."""
    source = (ROOT / "tests/emit/names.py").read_text()
    source = re.sub(r"\bvolatile\b", "行列", re.sub(r"\bPACK\b", "PACK_" + "long_" * 4, source))
    (tmp_path / "names.py").write_text(source)
    result = ttile("run", tmp_path / "names.py")
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stdout.splitlines() if " pages x " in line]
    cells = [sum(1 + (ord(c) >= 0x2E80) for c in line[: line.index(" pages x ")]) for line in lines]
    assert len(lines) == 5 and len(set(cells)) == 1, result.stdout
    assert any("行列" in line for line in lines) and any("α" in line for line in lines)
