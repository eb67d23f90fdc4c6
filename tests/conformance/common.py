"""What the tests of the conformance values share: a product and its attributes and plans."""

import ast
import json
import os
import re
import subprocess

from support.running import KERNELS, ROOT, TTILE, ttile, words

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


def attributes_of(text):
    return ast.literal_eval(re.search(r"^    T\.func_attr\((.*)\)$", text, re.MULTILINE).group(1))


def attributes(passes, *arguments):
    """The attributes of the function after those passes."""
    return attributes_of(opt(passes, *arguments).stdout)


def plan_of(folder, *arguments):
    assert ttile("compile", GEMM, *arguments, "-o", folder).returncode == 0
    return json.loads(next(folder.rglob("tt.plan.json")).read_text())


def environment(value):
    return {**os.environ, "TT_USE_NEW_PIPELINE": value}


def run_with(value, *arguments):
    return subprocess.run([TTILE, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, env=environment(value))
