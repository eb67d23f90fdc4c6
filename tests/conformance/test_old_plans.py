"""Plans of the older shape."""

import json
import re

import pytest
from support.running import ttile, ttile_json


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
