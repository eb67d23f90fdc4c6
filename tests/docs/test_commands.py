"""Commands that the documents show are run as they stand there."""

import json
import os
import re
import shutil
import subprocess

import pytest
from support.running import ROOT, TTILE, ttile

GEMM = ROOT / "examples" / "gemm.py"


def lines_of(document, pattern):
    return re.findall(pattern, (ROOT / document).read_text(), re.MULTILINE)


def shell_block(document):
    """The lines of the document's ```sh block, without comments."""
    block = re.search(r"```sh\n(.*?)```", (ROOT / document).read_text(), re.DOTALL).group(1)
    return [line.partition("  #")[0].strip() for line in block.splitlines() if line.strip()]


def run(command, folder):
    environment = {**os.environ, "PATH": f"{os.path.dirname(os.path.abspath(TTILE))}:{os.environ['PATH']}"}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    for name, options in (("a", ["block_K=64"]), ("b", [])):
        assert ttile("compile", GEMM, *options, "-o", folder / name).returncode == 0
        shutil.copy(folder / name / "gemm_bias_relu" / "tt.plan.json", folder / f"{name}.plan.json")
    for path in (folder / "b" / "gemm_bias_relu").iterdir():
        shutil.copy(path, folder)
    return folder


@pytest.mark.parametrize("command", shell_block("docs/plan.md"))
def test_plan_commands(plans, command):
    result = run(command, plans)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


def test_jq_counts_the_work_items(plans):
    command = next(line for line in shell_block("docs/plan.md") if "add" in line)
    plan = json.loads((plans / "tt.plan.json").read_text())
    assert int(run(command, plans).stdout) == plan["work_items"]["count"]


def test_architecture_commands(tmp_path):
    shutil.copy(GEMM, tmp_path)
    commands = lines_of("docs/tt_architecture.md", r"^    (ttile opt .*?)(?:  +#.*)?$")
    assert len(commands) == 4
    for command in commands:
        result = run(command, tmp_path)
        assert result.returncode == 0, f"{command}\n{result.stderr}"


def test_readme_shows_the_example():
    shown = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    assert shown in GEMM.read_text()


def test_readme_shows_the_error():
    """The message is the one that the command gives."""
    shown = (ROOT / "README.md").read_text().split("## An error message\n")[1].split("\n`ttile explain")[0]
    command, _, message = shown.strip().partition("\n")
    result = run(command.strip().replace("$ build/ttile", "ttile"), ROOT)
    assert result.returncode == 1
    assert [line.strip() for line in result.stderr.splitlines()] == [line.strip() for line in message.splitlines()]


def test_migration_switch(tmp_path):
    switch = lines_of("docs/migration.md", r"^    (export TT_USE_NEW_PIPELINE=\w+)")[0]
    result = run(f"{switch}; ttile compile {GEMM} -o {tmp_path}; jq -r .options.pipeline {tmp_path}/*/tt.plan.json", tmp_path)
    assert result.stdout.splitlines()[-1] == "legacy", result.stderr
