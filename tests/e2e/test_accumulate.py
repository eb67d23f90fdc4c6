"""--accumulate=16: float32 accumulators of products are bfloat16 ones, as if the kernel had said so, and nothing else is."""

import json
import re

import jsonschema
import numpy as np
import pytest
from support.running import KERNELS, ROOT, normal, run_kernel, ttile, ttile_json, words

ACCUMULATE = KERNELS / "accumulate.py"
GEMM = KERNELS / "gemm.py:matmul"
SIXTEEN = "--accumulate=16"
PIPELINES = ["--pipeline=new", "--pipeline=legacy"]
LINES = [line.split() for line in (ROOT / "tests/metalium/kernels.txt").read_text().splitlines()]
NARROWED = re.compile(r"note: accumulators of products are kept as bfloat16: (.*); --accumulate=32 keeps float32")


def product_inputs(M, N, K, **more):
    return {"A": normal((M, K), seed=1), "B": normal((K, N), seed=2), **more}


def narrowed(result):
    """The buffers that the one note names."""
    notes = NARROWED.findall(result.stderr)
    assert len(notes) <= 1, result.stderr
    return notes[0].split(", ") if notes else []


def as_if_the_kernel_said_so(folder, path, names):
    """The file with those buffers declared as bfloat16."""
    text = path.read_text()
    for name in names:
        text, count = re.subn(rf"(\b{name} = T\.alloc_\w+\(.*, )[^,\n]*\)$", r'\1"bfloat16")', text, flags=re.MULTILINE)
        assert count, f"{path}: {name}"
    copy = folder / path.name
    copy.write_text(text)
    return copy


def lowered(*arguments):
    result = ttile("opt", "--no-locations", *arguments)
    return result, result.stdout.replace(', "accumulate": 16', "")


@pytest.mark.parametrize("options", [["--pipeline=new"], ["--pipeline=legacy"], ["--target=grayskull"]])
def test_same_programs_as_kernels_that_say_so(tmp_path, options):
    """Every kernel of the tests becomes the program of its copy whose accumulators are declared as bfloat16."""
    compared = refused = 0
    for words_of in LINES:
        file, _, entry = words_of[0].partition(":") if words_of else ("#", "", "")
        if not file.startswith("tests/kernels/") or SIXTEEN in words_of:
            continue
        result, text = lowered(words_of[0], *words_of[1:], *options, SIXTEEN)
        names = narrowed(result)
        if not names:
            continue
        copy = as_if_the_kernel_said_so(tmp_path, ROOT / file, names)
        expected, expected_text = lowered(f"{copy}:{entry}" if entry else copy, *words_of[1:], *options)
        operand = "accumulate-operand" in result.stderr  # where the kernel itself would be refused by its dtypes
        assert result.returncode == expected.returncode or operand, (words_of, result.stderr, expected.stderr)
        assert text == expected_text, words_of
        compared += result.returncode == 0
        refused += result.returncode != 0
    assert compared > 20 and compared + refused > 60, (compared, refused)


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize(
    "kernel,bindings",
    [
        ("gemm.py:matmul", {"M": 128, "N": 160, "K": 256}),
        ("gemm.py:matmul", {"M": 100, "N": 70, "K": 90, "out_dtype": "float32"}),
        ("fused.py:scale_relu_residual", {"M": 128, "N": 96, "K": 64}),
        ("fused.py:row_bias", {"M": 100, "N": 90, "K": 70}),
        ("accumulate.py:begun", {"M": 96, "N": 64, "K": 64, "dtype": "bfloat16"}),
    ],
)
def test_same_bits_as_kernels_that_say_so(tmp_path, kernel, bindings, pipeline):
    file, _, entry = kernel.partition(":")
    M, N, K = (bindings[name] for name in "MNK")
    more = {
        "scale_relu_residual": {"R": normal((M, N), seed=3)},
        "row_bias": {"bias": normal((N,), "float32", seed=3)},
        "begun": {"S": normal((M, N), seed=3)},
    }
    inputs = product_inputs(M, N, K, **more.get(entry, {}))
    copy = as_if_the_kernel_said_so(tmp_path, KERNELS / file, ["C_local"])
    seen = []
    for path, options in [(KERNELS / kernel, [SIXTEEN]), (f"{copy}:{entry}", []), (KERNELS / kernel, [])]:
        report, outputs = run_kernel(tmp_path, path, bindings, inputs, ["C"], [pipeline, "--no-timing", *options])
        assert report["pass"] is True, report
        seen.append(outputs["C"])
    assert seen[0].tobytes() == seen[1].tobytes()
    assert seen[0].tobytes() != seen[2].tobytes(), "the option changes nothing"


# ---------------------------------------------------------------- what becomes bfloat16


def buffers(*arguments):
    """Types of the buffers on the chip, and whether DST holds 32 bits."""
    _, text = lowered(*arguments, "--passes=Canonicalize")
    types = dict(re.findall(r'(\w+) = T\.alloc_\w+\(.*, "(\w+)"', text))
    result = ttile("opt", "--no-locations", *arguments)
    return types, re.search(r'"fp32": (\w+)', result.stdout).group(1) == "True"


def test_copies_become_bfloat16_and_computed_buffers_stay():
    sizes = words({"M": 64, "N": 64, "K": 32})
    before, _ = buffers(f"{ACCUMULATE}:copied", *sizes)
    assert (before["C_local"], before["C_shared"], before["D_local"]) == ("float32",) * 3
    types, fp32 = buffers(f"{ACCUMULATE}:copied", *sizes, SIXTEEN)
    assert (types["C_local"], types["C_shared"], types["D_local"]) == ("bfloat16", "bfloat16", "float32") and fp32
    types, fp32 = buffers(f"{ACCUMULATE}:copied", *sizes, "computed=bfloat16", SIXTEEN)
    assert set(types.values()) == {"bfloat16"} and not fp32


@pytest.mark.parametrize(
    "kernel,bindings,fp32",
    [
        ("gemm.py:matmul", {}, False),
        ("gemm.py:matmul", {"in_dtype": "float32"}, True),  # an operand
        ("gemm.py:matmul", {"out_dtype": "float32"}, True),  # what is packed for a float32 tensor
        ("fused.py:row_bias", {"bias_dtype": "bfloat16"}, False),
        ("fused.py:row_bias", {"bias_dtype": "float32"}, True),
        ("accumulate.py:begun", {"dtype": "bfloat16"}, False),
        ("accumulate.py:begun", {"dtype": "float32"}, True),
    ],
)
def test_dst_is_32_bits_for_float32_beside_the_accumulator(kernel, bindings, fp32):
    arguments = [KERNELS / kernel, *words({"M": 64, "N": 64, "K": 64, **bindings})]
    types, seen = buffers(*arguments, SIXTEEN)
    assert types["C_local"] == "bfloat16" and seen is fp32
    types, seen = buffers(*arguments)
    assert types["C_local"] == "float32" and seen is True
    report = ttile_json("run", *arguments, SIXTEEN, "--no-timing")
    assert report["pass"] is True


def test_one_note_names_the_buffers():
    result = ttile("run", f"{ACCUMULATE}:copied", *words({"M": 64, "N": 64, "K": 32}), SIXTEEN, "--no-timing")
    assert result.returncode == 0, result.stderr
    assert narrowed(result) == ["C_local", "C_shared"]
    assert re.search(r"accumulate\.py:30:23: note: accumulators", result.stderr), result.stderr
    for options in [[], ["--accumulate=32"]]:
        result = ttile("run", GEMM, *words({"M": 32, "N": 32, "K": 32}), *options, "--no-timing")
        assert result.returncode == 0 and not narrowed(result)
    bfloat16 = words({"M": 32, "N": 32, "K": 32, "accum_dtype": "bfloat16"})
    assert not narrowed(ttile("run", GEMM, *bfloat16, SIXTEEN, "--no-timing"))


def test_factors_of_other_products():
    """A copy that is multiplied with float32 stays float32; an accumulator that is cannot."""
    sizes = words({"M": 64, "N": 64, "K": 32})
    types, _ = buffers(f"{ACCUMULATE}:factor", *sizes, SIXTEEN)
    assert (types["S_local"], types["S_shared"], types["C_local"]) == ("bfloat16", "float32", "bfloat16")
    assert ttile_json("run", f"{ACCUMULATE}:factor", *sizes, SIXTEEN, "--no-timing")["pass"] is True
    result = ttile("run", f"{ACCUMULATE}:factor_itself", *sizes, SIXTEEN)
    assert result.returncode == 2
    assert "accumulate.py:124:13: error[accumulate-operand]" in result.stderr
    assert "S_local as bfloat16, and W_shared is float32" in result.stderr
    assert "help: make W_shared bfloat16, too" in result.stderr
    assert ttile_json("run", f"{ACCUMULATE}:factor_itself", *sizes, "--no-timing")["pass"] is True


# ---------------------------------------------------------------- Grayskull


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_grayskull_needs_it(pipeline):
    sizes = words({"M": 128, "N": 96, "K": 64})
    for arguments in [(GEMM, *sizes), (f"{ACCUMULATE}:copied", *sizes, "computed=bfloat16")]:
        refused = ttile("run", *arguments, "--target=grayskull", pipeline)
        assert refused.returncode == 2 and "error[no-fp32-dst]" in refused.stderr, refused.stderr
        assert "help: --accumulate=16 keeps accumulators of products as bfloat16" in refused.stderr
        report = ttile_json("run", *arguments, "--target=grayskull", pipeline, SIXTEEN)
        assert report["pass"] is True and report["cycles"] > 0


@pytest.mark.parametrize(
    "kernel,bindings,place,named",
    [
        ("gemm.py:matmul", {"out_dtype": "float32"}, "gemm.py:33:9", "C_out"),
        ("gemm.py:matmul", {"in_dtype": "float32"}, "gemm.py:32:13", "A_shared"),
        ("fused.py:row_bias", {"bias_dtype": "float32"}, "fused.py:33:17", "bias_shared"),
        ("accumulate.py:copied", {}, "accumulate.py:36:17", "D_local"),
    ],
)
def test_grayskull_has_no_float32_beside_it(kernel, bindings, place, named):
    result = ttile("run", KERNELS / kernel, *words({"M": 64, "N": 64, "K": 64, **bindings}), "--target=grayskull", SIXTEEN)
    assert result.returncode == 2
    assert f"{place}: error[no-fp32-dst]" in result.stderr, result.stderr
    assert f"{named} is float32" in result.stderr, result.stderr
    assert "help: make it bfloat16" in result.stderr


# ---------------------------------------------------------------- plans and IR text


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_plans_say_it_and_run(tmp_path, pipeline):
    bindings = {"M": 128, "N": 96, "K": 64}
    outputs = {}
    for bits in (32, 16):
        folder = tmp_path / str(bits)
        options = [f"--accumulate={bits}", pipeline]
        result = ttile("compile", GEMM, *words(bindings), *options, "-o", folder)
        assert result.returncode == 0, result.stderr
        path = folder / "matmul/tt.plan.json"
        plan = json.loads(path.read_text())
        assert plan["options"]["accumulate"] == bits
        assert plan["compute"]["fp32_dst"] is (bits == 32)
        assert [note["code"] for note in plan["diagnostics"]] == ([] if bits == 32 else ["accumulate"])
        assert ttile("plan", "check", path).returncode == 0
        outputs[bits] = folder / "C.npy"
        planned = ttile("run", "--plan", path, "--output", f"C={outputs[bits]}", "--no-timing")
        assert planned.returncode == 0, planned.stderr
        direct = folder / "direct.npy"
        ttile_json("run", GEMM, *words(bindings), *options, "--output", f"C={direct}", "--no-timing")
        assert outputs[bits].read_bytes() == direct.read_bytes()
    assert outputs[16].read_bytes() != outputs[32].read_bytes()
    different = ttile("plan", "diff", tmp_path / "16/matmul/tt.plan.json", tmp_path / "32/matmul/tt.plan.json")
    assert re.search(r"options\.accumulate.*16.*32", different.stdout), different.stdout


def without_accumulate(plan):
    del plan["options"]["accumulate"]


def another_accumulate(plan):
    plan["options"]["accumulate"] = 48 - plan["options"]["accumulate"]


def impossible_accumulate(plan):
    plan["options"]["accumulate"] = 24


def text_accumulate(plan):
    plan["options"]["accumulate"] = "16"


@pytest.mark.parametrize(
    "bits,edit,code",
    [
        (32, without_accumulate, None),  # plans from before there was the option
        (16, without_accumulate, "plan-program"),
        (32, another_accumulate, "plan-program"),
        (16, another_accumulate, "plan-program"),
        (16, impossible_accumulate, "plan-schema"),
        (16, text_accumulate, "plan-schema"),
    ],
)
def test_edited_plans(tmp_path, bits, edit, code):
    result = ttile("compile", GEMM, *words({"M": 32, "N": 32, "K": 32}), f"--accumulate={bits}", "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    path = tmp_path / "matmul/tt.plan.json"
    plan = json.loads(path.read_text())
    edit(plan)
    path.write_text(json.dumps(plan, indent=2))
    schema = json.loads((ROOT / "src/plan/plan.schema.json").read_text())
    assert jsonschema.Draft202012Validator(schema).is_valid(plan) is (code != "plan-schema")
    for command in (["plan", "check", path], ["run", "--plan", path, "--no-timing"]):
        result = ttile(*command)
        assert result.returncode == (1 if code else 0), result.stderr
        assert code is None or f"error[{code}]" in result.stderr, result.stderr


def test_text_says_it(tmp_path):
    """IR text with 16-bit accumulators goes on as it is; the wish for other ones comes too late."""
    sizes = words({"M": 64, "N": 64, "K": 64})
    whole = ttile("opt", GEMM, *sizes, SIXTEEN, f"--dump-dir={tmp_path}")
    assert whole.returncode == 0, whole.stderr
    elements, tiles = (next(tmp_path.glob(f"*-{name}.ttir")) for name in ("Canonicalize", "LowerTTTileIntrinsics"))
    for options in [[], [SIXTEEN]]:
        for dump, following in [(elements, "InferTTLayout"), (tiles, "StageTransfers")]:
            result = ttile("opt", dump, f"--start-before={following}", *options)
            assert result.returncode == 0 and '"accumulate": 16' in result.stdout and not narrowed(result), result.stderr
    report = ttile_json("run", elements, "--no-timing")
    assert report["pass"] is True
    for dump in (elements, tiles):
        result = ttile("opt", dump, "--passes=", "--accumulate=32")
        assert result.returncode == 1 and "error[already-lowered]" in result.stderr, result.stderr
    ttile("opt", GEMM, *sizes, f"--dump-dir={tmp_path}")
    result = ttile("opt", elements, "--passes=", SIXTEEN)
    assert narrowed(result) == ["C_local"] and 'T.alloc_fragment((64, 64), "bfloat16")' in result.stdout
    result = ttile("opt", tiles, "--passes=", SIXTEEN)
    assert result.returncode == 1 and "error[already-lowered]" in result.stderr, result.stderr


def test_several_launches(tmp_path):
    bindings = {"M": 64, "N": 64, "K": 512}
    arguments = (KERNELS / "chains.py:split_k", *words(bindings))
    report = ttile_json("run", *arguments, SIXTEEN, "--no-timing")
    assert report["pass"] is True
    result = ttile("compile", *arguments, SIXTEEN, "-o", tmp_path)
    assert result.returncode == 0 and narrowed(result)
    plan = json.loads(next(tmp_path.glob("*/tt.plan.json")).read_text())
    assert plan["options"]["accumulate"] == 16


# ---------------------------------------------------------------- what it is for


def test_fewer_cycles():
    bindings = {"M": 1024, "N": 1024, "K": 1024, "block_M": 128, "block_N": 128}
    arguments = ("run", GEMM, *words(bindings), "--math-fidelity=HiFi2", "--no-check")
    for pipeline in PIPELINES:
        cycles = {bits: ttile_json(*arguments, pipeline, f"--accumulate={bits}")["cycles"] for bits in (16, 32)}
        assert cycles[16] < cycles[32], (pipeline, cycles)


def test_sums_are_rounded(tmp_path):
    """Of 4096 ones, sums of bfloat16 keep 8 bits; those of float32 are exact."""
    inputs = {"A": normal((32, 4096)), "B": normal((4096, 32))}
    for tensor in inputs.values():
        tensor.value[:] = 1
    inputs["A"].value[0, 0] = 2
    bindings = {"M": 32, "N": 32, "K": 4096, "block_M": 32, "block_N": 32, "out_dtype": "float32"}
    for bits, expected in [(32, 4097), (16, 4096)]:
        options = [f"--accumulate={bits}", "--no-timing"]
        report, outputs = run_kernel(tmp_path, GEMM, bindings, inputs, ["C"], options)
        assert report["pass"] is True
        assert np.all(outputs["C"][0] == expected), (bits, outputs["C"][0])
