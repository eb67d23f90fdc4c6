"""What goes in and comes out: entries, IR text, programs, plans, schemas, and the ends of a failed command."""

import json
import subprocess

import numpy as np
import pytest
from support.running import KERNELS, ROOT, TTILE, normal, ttile, ttile_json, words

GEMM = str(KERNELS / "gemm.py:matmul")
SIZES = words({"M": 128, "N": 96, "K": 64})


@pytest.fixture
def inputs(tmp_path):
    """Files of both operands, as options."""
    options = []
    for name, shape in (("A", (128, 64)), ("B", (64, 96))):
        np.save(tmp_path / f"{name}.npy", normal(shape, seed=ord(name)).value.astype(np.float32))
        options += ["--input", f"{name}={tmp_path}/{name}.npy"]
    return options


def refused(result, code, exit_code=1):
    assert f"[{code}]" in result.stderr, result.stderr
    assert result.returncode == exit_code
    return result


def test_plan_program_and_source_give_the_same_bytes(tmp_path, inputs):
    assert ttile("compile", GEMM, *SIZES, "-o", tmp_path).returncode == 0
    folder = tmp_path / "matmul"
    ways = {
        "source": ["run", GEMM, *SIZES],
        "plan": ["run", "--plan", folder / "tt.plan.json"],
        "program": ["sim", folder / "matmul.ttir"],
    }
    cycles, numbers = set(), set()
    for name, way in ways.items():
        report = ttile_json(*way, *inputs, "--output", f"C={tmp_path}/{name}.npy")
        cycles.add(report["cycles"])
        numbers.add((tmp_path / f"{name}.npy").read_bytes())
    assert len(cycles) == 1 and len(numbers) == 1


def test_ir_of_a_kernel_runs_like_its_source(tmp_path, inputs):
    (tmp_path / "k.ttir").write_text(ttile("opt", GEMM, *SIZES, "--passes=").stdout)
    source = ttile_json("run", GEMM, *SIZES, *inputs)
    text = ttile_json("run", tmp_path / "k.ttir", *inputs)
    for key in ("pass", "max_abs_error", "cycles", "operations"):
        assert source[key] == text[key], key


def test_what_was_not_checked_does_not_pass(tmp_path):
    assert ttile("compile", GEMM, *SIZES, "-o", tmp_path).returncode == 0
    for report in (
        ttile_json("run", GEMM, *SIZES, "--no-check"),
        ttile_json("run", "--plan", tmp_path / "matmul" / "tt.plan.json"),
        ttile_json("sim", tmp_path / "matmul" / "matmul.ttir"),
    ):
        assert report["checked"] is False
        assert report["pass"] is None


def test_operations_do_not_depend_on_the_check():
    sizes = words({"M": 128, "N": 192, "K": 64})
    for options in ([], ["--no-check"]):
        assert ttile_json("run", GEMM, *sizes, *options)["operations"] == 2 * 128 * 192 * 64


def test_wrong_level_is_refused(tmp_path):
    (tmp_path / "k.ttir").write_text(ttile("opt", GEMM, *SIZES, "--passes=Canonicalize").stdout)
    refused(ttile("sim", tmp_path / "k.ttir"), "not-a-program")
    (tmp_path / "p.ttir").write_text(ttile("opt", GEMM, *SIZES).stdout)
    refused(ttile("run", tmp_path / "p.ttir"), "already-lowered")
    ttile("opt", GEMM, *SIZES, f"--dump-dir={tmp_path}/dump")
    (tiles,) = (tmp_path / "dump").glob("*LowerTTTileIntrinsics*")
    refused(ttile("compile", tiles), "already-lowered")


def test_thread_programs_are_emitted_as_they_are(tmp_path):
    (tmp_path / "p.ttir").write_text(ttile("opt", GEMM, *SIZES).stdout)
    assert ttile("compile", tmp_path / "p.ttir", "-o", tmp_path / "again").returncode == 0
    assert ttile("compile", GEMM, *SIZES, "-o", tmp_path / "once").returncode == 0
    (again,), (once,) = ((tmp_path / name).glob("*/") for name in ("again", "once"))
    for kernel in ("reader.cpp", "compute.cpp", "writer.cpp"):
        code = [
            [line for line in (folder / kernel).read_text().splitlines() if not line.strip().startswith("//")]
            for folder in (again, once)
        ]
        assert code[0] == code[1] and len(code[0]) > 10
    assert ttile("plan", "check", again / "tt.plan.json").returncode == 0


def test_unproven_thread_programs_are_not_emitted(tmp_path):
    text = ttile("opt", GEMM, *SIZES).stdout
    (tmp_path / "p.ttir").write_text(text.replace("noc_async_write_barrier()", "noc_async_read_barrier()"))
    result = ttile("compile", tmp_path / "p.ttir", "-o", tmp_path / "out")
    assert result.returncode == 1 and "error[proof-" in result.stderr
    assert not (tmp_path / "out").exists()


def test_entry_of_ir_text(tmp_path):
    (tmp_path / "p.ttir").write_text(ttile("opt", GEMM, *SIZES).stdout)
    assert ttile("sim", f"{tmp_path}/p.ttir:matmul").returncode == 0
    result = refused(ttile("sim", f"{tmp_path}/p.ttir:matmull"), "no-kernel")
    assert "did you mean matmul?" in result.stderr


def test_bindings_of_ir_text(tmp_path):
    (tmp_path / "p.ttir").write_text(ttile("opt", GEMM, *SIZES).stdout)
    refused(ttile("sim", tmp_path / "p.ttir", "M=64"), "binding")
    refused(ttile("sim", tmp_path / "p.ttir", "M"), "usage")


def test_plan_and_file_exclude_each_other(tmp_path):
    refused(ttile("run", GEMM, "--plan", "x.json"), "usage")


def test_two_kernels_in_one_command(tmp_path):
    other = [str(KERNELS / "elementwise.py:add"), "M=64", "N=64"]
    report = ttile_json("compile", GEMM, *SIZES, *other, "-o", tmp_path)
    assert len(report["kernels"]) == 2
    for kernel in report["kernels"]:
        assert ttile("plan", "check", kernel["plan"]).returncode == 0
    assert report["compile_ms"] >= max(kernel["compile_ms"] for kernel in report["kernels"])
    refused(ttile("compile", GEMM, *SIZES, GEMM, *SIZES, "-o", tmp_path), "usage")


def test_schema_file_is_what_the_checker_checks():
    assert ttile("plan", "schema").stdout == (ROOT / "src/plan/plan.schema.json").read_text()


PROGRAM_EDITS = [
    (("estimate", "cycles"), 1),
    (("circular_buffers", 0, "holds"), "elsewhere"),
    (("tensors", 0, "dtype"), "float32"),
    (("work_partition", "strategy"), "block"),
    (("cores", 0, "runtime_args", "item_start"), 5),
    (("kernels", 1, "thread"), "writer"),
]


@pytest.mark.parametrize("path,value", PROGRAM_EDITS, ids=[".".join(map(str, path)) for path, _ in PROGRAM_EDITS])
def test_a_plan_that_says_other_than_its_program(tmp_path, path, value):
    assert ttile("compile", GEMM, *SIZES, "-o", tmp_path).returncode == 0
    file = tmp_path / "matmul" / "tt.plan.json"
    plan = json.loads(file.read_text())
    part = plan
    for key in path[:-1]:
        part = part[key]
    assert part[path[-1]] != value
    part[path[-1]] = value
    file.write_text(json.dumps(plan, indent=2))
    result = ttile("run", "--plan", file)
    assert result.returncode == 1
    assert "[plan-program]" in result.stderr or "[plan-cores]" in result.stderr, result.stderr
    assert "tt.plan.json:" in result.stderr


def test_plan_diff(tmp_path):
    plans = []
    for strategy in ("row_major", "block"):
        folder = tmp_path / strategy
        options = [f"--partition-strategy={strategy}", "-o", folder]
        assert ttile("compile", GEMM, *SIZES, "block_M=32", "block_N=32", *options).returncode == 0
        plans.append(folder / "matmul" / "tt.plan.json")
    assert ttile_json("plan", "diff", plans[0], plans[0])["differences"] == []
    paths = {found["path"]: found for found in ttile_json("plan", "diff", *plans)["differences"]}
    assert paths["options.partition_strategy"]["a"] == "row_major"
    assert paths["options.partition_strategy"]["b"] == "block"
    assert "options.partition_strategy: \"row_major\" -> \"block\"" in ttile("plan", "diff", *plans).stdout
    refused(ttile("plan", "diff", plans[0]), "usage")


def test_every_failure_is_reported_as_json():
    for arguments in (["run", "--nonsense"], ["run", "none.py"], ["plan", "show", "none.json"], ["targets", "extra"]):
        result = ttile(*arguments, "--json")
        report = json.loads(result.stdout)
        assert report["schema_version"] and report["exit_code"] == result.returncode == 1
        assert report["diagnostics"][0]["code"]


def test_output_that_cannot_be_written():
    with open("/dev/full", "w") as full:
        result = subprocess.run([TTILE, "help"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1
    assert "standard output" in result.stderr


def test_options_may_follow_with_a_blank():
    assert ttile("run", GEMM, *SIZES, "--seed", "3", "--json").returncode == 0
    refused(ttile("run", GEMM, *SIZES, "--seed"), "usage")
    refused(ttile("run", GEMM, *SIZES, "--no-check=yes"), "usage")
    refused(ttile("run", GEMM, *SIZES, "-x"), "usage")


def test_trace(tmp_path):
    assert ttile("run", GEMM, *SIZES, f"--trace={tmp_path}/t.json").returncode == 0
    assert json.loads((tmp_path / "t.json").read_text())


def test_a_result_that_is_wrong_fails(tmp_path):
    """A tolerance of the user's that cannot hold: FAIL, not PASS, in text and in JSON."""
    sizes = words({"M": 64, "N": 64, "K": 512, "in_dtype": "float32"})
    result = ttile("run", GEMM, *sizes, "--tolerance=1e-15")
    refused(result, "tolerance-exceeded")
    assert result.stdout.endswith("FAIL\n")
    report = json.loads(ttile("run", GEMM, *sizes, "--tolerance=1e-15", "--json").stdout)
    assert report["pass"] is False
