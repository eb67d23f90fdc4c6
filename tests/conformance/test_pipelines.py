"""The new and the legacy pipeline: rewriting, defaults, the switch."""

import json

import pytest
from common import GEMM, REWRITE, attributes, gemm, opt, run_with
from support.running import ttile, ttile_json, words


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


EXAMPLES = [
    ("examples/gemm.py", {"M": 256, "N": 192, "K": 160, "block_M": 64, "block_N": 64}, "C"),
    ("examples/batched_gemm.py", {"batch": 2, "seq": 128, "heads": 3, "K": 64, "N": 96}, "O"),
    ("examples/mlp.py", {"rows": 128, "width": 64, "hidden": 96}, "Y"),
    ("examples/elementwise.py", {"M": 100, "N": 200}, "Y"),
    ("examples/elementwise.py:gelu", {"M": 100, "N": 200}, "Y"),
    ("tests/kernels/gemm.py:matmul", {"M": 100, "N": 70, "K": 96, "block_M": 32, "block_N": 32}, "C"),
    ("tests/kernels/launches.py:three_dimensions", {"Z": 3, "M": 100, "N": 70}, "C"),
]


@pytest.mark.parametrize("kernel,bindings,output", EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_pipelines_agree(tmp_path, kernel, bindings, output):
    """Both give the same numbers, bit for bit."""
    outputs = []
    for pipeline in ("new", "legacy"):
        path = tmp_path / f"{pipeline}.npy"
        command = ["run", kernel, *words(bindings), f"--pipeline={pipeline}", "--no-timing"]
        report = ttile_json(*command, "--output", f"{output}={path}")
        assert report["pass"] is True
        outputs.append(path.read_bytes())
    assert outputs[0] == outputs[1]
