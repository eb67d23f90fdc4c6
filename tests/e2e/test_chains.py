"""Kernels of several launches: each becomes a program, they run in order on the same tensors."""

import json
import os
import subprocess
import sys

import jsonschema
import numpy as np
import pytest
from support.bounded import product
from support.running import DIAGNOSTIC, KERNELS, ROOT, check_kernel, normal, ttile, ttile_json, words

SIZES = {"M": 100, "N": 160, "K": 96}
SCRATCH = KERNELS / "chains.py:through_scratch"


@pytest.mark.parametrize("M,N,K", [(64, 64, 32), (100, 160, 96), (300, 70, 64)])
def test_through_scratch(tmp_path, M, N, K):
    inputs = {"A": normal((M, K), seed=1), "B": normal((K, N), seed=2), "bias": normal((N,), "float32", seed=3)}
    scratch = product(inputs["A"], inputs["B"]).cast("bfloat16").cast("float32")
    formula = scratch.maximum(0.0) * 2.0 + inputs["bias"]
    check_kernel(tmp_path, "chains.py:through_scratch", {"M": M, "N": N, "K": K}, inputs, {"D": (formula, "float32")})


@pytest.mark.parametrize("M,N,K,parts", [(64, 96, 256, 4), (33, 40, 128, 2)])
def test_split_k(tmp_path, M, N, K, parts):
    inputs = {"A": normal((M, K), "float32", seed=1), "B": normal((K, N), "float32", seed=2)}
    formula = product(inputs["A"], inputs["B"])
    bindings = {"M": M, "N": N, "K": K, "parts": parts}
    check_kernel(tmp_path, "chains.py:split_k", bindings, inputs, {"C": (formula, "float32")})


def test_a_tensor_written_twice(tmp_path):
    inputs = {"X": normal((70, 100), "float32", seed=1)}
    once = inputs["X"] + 1.0
    expected = {"Y": (once + once * 2.0, "float32"), "Z": (once * 2.0, "float32")}
    check_kernel(tmp_path, "chains.py:three_steps", {"M": 70, "N": 100}, inputs, expected)


def test_cycles_and_bytes_add_up(tmp_path):
    """The report of the run is the sum of what the launches report alone."""
    report = ttile_json("run", SCRATCH, *words(SIZES))
    assert ttile("compile", SCRATCH, *words(SIZES), "-o", tmp_path).returncode == 0
    folder = tmp_path / "through_scratch"
    alone = [ttile_json("run", "--plan", folder / f"launch{i}" / "tt.plan.json") for i in range(2)]
    for key in ("cycles", "dram_read_bytes", "dram_write_bytes", "tile_products", "instructions"):
        assert report[key] == sum(launch[key] for launch in alone), key
    assert report["tile_products"] == 4 * 6 * 3


@pytest.fixture
def compiled(tmp_path):
    result = ttile("compile", SCRATCH, *words(SIZES), "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    return tmp_path / "through_scratch"


def test_files(compiled):
    names = sorted(str(path.relative_to(compiled)) for path in compiled.rglob("*") if path.is_file())
    own = ["compute.cpp", "reader.cpp", "run.py", "tt.plan.json", "writer.cpp"]
    expected = ["run.py", "tt.plan.json"]
    for i in range(2):
        expected += [f"launch{i}/{name}" for name in [*own, f"through_scratch_launch{i}.ttir"]]
    assert names == sorted(expected)


def test_plan(compiled):
    plan = json.loads((compiled / "tt.plan.json").read_text())
    jsonschema.validate(plan, json.loads((ROOT / "src/plan/plan.schema.json").read_text()))
    assert [(tensor["name"], tensor["role"]) for tensor in plan["tensors"]] == [
        ("A", "in"),
        ("B", "in"),
        ("bias", "in"),
        ("D", "out"),
        ("S", "scratch"),
    ]
    first, second = plan["launches"]
    assert [launch["folder"] for launch in plan["launches"]] == ["launch0", "launch1"]
    assert [(tensor["name"], tensor["role"]) for tensor in first["tensors"]] == [("A", "in"), ("B", "in"), ("S", "out")]
    assert [(tensor["name"], tensor["role"]) for tensor in second["tensors"]] == [("bias", "in"), ("D", "out"), ("S", "in")]
    assert first["work_items"]["grid"] == [3, 2, 1] and second["work_items"]["grid"] == [4, 1, 1]
    for command in (["check"], ["show"], ["expand"]):
        result = ttile("plan", *command, compiled / "tt.plan.json")
        assert result.returncode == 0, result.stderr


def test_plan_runs_without_its_source(compiled, tmp_path):
    assert ttile("run", SCRATCH, *words(SIZES), "--output", f"D={tmp_path / 'a.npy'}").returncode == 0
    result = ttile("run", "--plan", compiled / "tt.plan.json", "--output", f"D={tmp_path / 'b.npy'}")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()


def other_shape(plan):
    plan["tensors"][4]["shape"] = [100, 161]


def unknown_tensor(plan):
    plan["tensors"].pop(4)


def same_folder(plan):
    plan["launches"][1]["folder"] = "launch0"


def folder_elsewhere(plan):
    plan["launches"][1]["folder"] = "../launch1"


def no_folder(plan):
    del plan["launches"][1]["folder"]


def item_twice(plan):
    plan["launches"][1]["cores"][0]["work_items"][0]["start"] = 1


def unknown_key(plan):
    plan["launches"][1]["colour"] = "red"


def no_launches(plan):
    plan["launches"] = []


@pytest.mark.parametrize(
    "edit,code,path",
    [
        (other_shape, "plan-tensors", "launches[0].tensors[2]"),
        (unknown_tensor, "plan-tensors", "launches[0].tensors[2]"),
        (same_folder, "plan-file", "launches[1].folder"),
        (folder_elsewhere, "plan-file", "launches[1].folder"),
        (no_folder, "plan-file", "launches[1].folder"),
        (item_twice, "plan-work-items", "launches[1].cores"),
        (unknown_key, "plan-schema", "launches[1].colour"),
        (no_launches, "plan-schema", "launches"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_edited_plan(compiled, edit, code, path):
    file = compiled / "tt.plan.json"
    plan = json.loads(file.read_text())
    edit(plan)
    file.write_text(json.dumps(plan, indent=2))
    for command in (["plan", "check", file], ["run", f"--plan={file}"]):
        result = ttile(*command)
        assert result.returncode == 1, result.stdout
        found = DIAGNOSTIC.search(result.stderr)
        assert found and found["code"] == code and path in result.stderr, result.stderr
        assert int(found["place"].split(":")[0]) > 1 or code == "plan-schema", "the place is that of the launch"


def test_edited_program(compiled):
    path = compiled / "launch1" / "through_scratch_launch1.ttir"
    path.write_text(path.read_text() + "\n")
    result = ttile("plan", "check", compiled / "tt.plan.json")
    assert result.returncode == 1 and "error[plan-file]" in result.stderr


def test_folders_of_others_are_left_alone(compiled):
    (compiled / "launch1" / "mine.txt").write_text("mine")
    again = ["compile", SCRATCH, *words(SIZES), "-o", compiled.parent]
    result = ttile(*again)
    assert result.returncode == 1 and "error[output-folder]" in result.stderr
    assert ttile(*again, "--force").returncode == 0


def test_single_passes_take_one_launch():
    result = ttile("opt", SCRATCH, *words(SIZES), "--passes=Canonicalize,TTTilesToCoreMap")
    assert result.returncode == 2 and "error[unsupported-launches]" in result.stderr


# ---------------------------------------------------------------- on a card

FAKE = '''
import json, pathlib, sys
import numpy as np
folder = pathlib.Path(__file__).parent
files = {"--input": {}, "--output": {}, "--expected": {}}
words = [word for word in sys.argv[1:] if not word.startswith(("--device=", "--tolerance="))]
for option, word in zip(words[::2], words[1::2]):
    name, _, path = word.partition("=")
    files[option][name] = path
total = sum(np.load(path).sum() for path in files["--input"].values())
for tensor in json.loads((folder / "tt.plan.json").read_text())["tensors"]:
    if tensor["name"] in files["--output"]:
        np.save(files["--output"][tensor["name"]], np.full(tensor["shape"], total + 1, np.float32))
print(folder.name, sorted(files["--input"]), sorted(files["--output"]), sorted(files["--expected"]))
sys.exit(FAILS and folder.name == "launch0")
'''


@pytest.mark.parametrize("fails", [0, 1])
def test_runner_chains_the_launches(compiled, tmp_path, fails):
    """run.py hands each launch's outputs to the next; the launches' own run.py are replaced here."""
    for i in range(2):
        (compiled / f"launch{i}" / "run.py").write_text(FAKE.replace("FAILS", str(fails)))
    values = {"A": np.zeros((100, 96)), "B": np.zeros((96, 160)), "bias": np.full(160, 0.5)}
    arguments = []
    for name, array in values.items():
        np.save(tmp_path / f"{name}.npy", array.astype(np.float32))
        arguments += ["--input", f"{name}={tmp_path / name}.npy"]
    np.save(tmp_path / "expected.npy", np.zeros((100, 160), np.float32))
    arguments += ["--expected", f"D={tmp_path / 'expected.npy'}", "--output", f"D={tmp_path / 'd.npy'}"]
    result = subprocess.run(
        [sys.executable, compiled / "run.py", *arguments], capture_output=True, text=True, env={**os.environ}
    )
    assert result.returncode == fails, result.stderr
    lines = [line for line in result.stdout.splitlines() if line.startswith("launch") and "[" in line]
    assert lines[0] == "launch0 ['A', 'B'] ['S'] []"
    if fails:
        assert len(lines) == 1
        return
    assert lines[1] == "launch1 ['S', 'bias'] ['D'] ['D']"
    assert (np.load(tmp_path / "d.npy") == 100 * 160 * 1 + 160 * 0.5 + 1).all()
