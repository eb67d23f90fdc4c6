"""The command line: help, choices that do not exist, reports, dumps, and what an interrupt leaves behind."""

import json
import os
import re
import signal
import subprocess
import time

import pytest
from support.running import KERNELS, ROOT, TTILE, ttile, ttile_json, words

GEMM = str(KERNELS / "gemm.py:matmul")
SIZES = words({"M": 64, "N": 64, "K": 32})
COMMANDS = ["run", "compile", "opt", "sim", "plan", "targets", "passes", "explain"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command):
    result = ttile("help", command)
    assert result.returncode == 0
    assert f"ttile {command}" in result.stdout
    assert ttile(command, "--help").stdout == result.stdout


def test_help_lists_the_commands():
    result = ttile("help")
    assert result.returncode == 0
    for command in COMMANDS:
        assert f"\n  {command} " in result.stdout


def test_version():
    result = ttile("--version")
    assert result.returncode == 0
    assert "ttile" in result.stdout


@pytest.mark.parametrize(
    "arguments,code,named",
    [
        (["run", GEMM, *SIZES, "--target=wormhule"], "unknown-target", ["wormhole:n150", "blackhole:p150", "grayskull"]),
        (["run", GEMM, *SIZES, "--partition-strategy=diagonal"], "unknown-strategy", ["row_major", "column_major", "block"]),
        (["run", GEMM, *SIZES, "--math-fidelity=HiFi9"], "unknown-fidelity", ["LoFi", "HiFi2", "HiFi3", "HiFi4"]),
        (["run", GEMM, *SIZES, "--accumulate=8"], "unknown-accumulate", ["16", "32"]),
        (["opt", GEMM, *SIZES, "--accumulate=bfloat16"], "unknown-accumulate", ["16", "32"]),
        (["compile", GEMM, *SIZES, "--accumulate="], "unknown-accumulate", ["16", "32"]),
        (["opt", GEMM, *SIZES, "--passes=Canonicalise"], "unknown-pass", ["Canonicalize", "InferTTLayout"]),
        (["opt", GEMM, *SIZES, "--disable=Nothing"], "unknown-pass", ["Canonicalize"]),
        (["opt", GEMM, *SIZES, "--print-after=Nothing"], "unknown-pass", ["Canonicalize"]),
        (["opt", GEMM, *SIZES, "--passes=,"], "usage", ["--passes", "A,B", "`,`"]),
        (["opt", GEMM, *SIZES, "--passes=Canonicalize,,InferTTLayout"], "usage", ["--passes", "one comma"]),
        (["opt", GEMM, *SIZES, "--passes=,Canonicalize"], "usage", ["--passes", "one comma"]),
        (["opt", GEMM, *SIZES, "--passes=Canonicalize,"], "usage", ["--passes", "one comma"]),
        (["run", GEMM, *SIZES, "--disable=FuseTiles,,CoarsenK"], "usage", ["--disable", "one comma"]),
        (["opt", GEMM, *SIZES, "--print-after=,"], "usage", ["--print-after", "one comma"]),
        (["run", GEMM, *SIZES, "--colour=red"], "usage", ["--seed", "--tolerance"]),
        (["run", GEMM, *SIZES, "--double-buffer=maybe"], "usage", ["true", "false"]),
        (["run", GEMM, *SIZES, "--seed=x"], "usage", ["--seed"]),
        (["run", GEMM, *SIZES, "--threads=0"], "usage", ["--threads", "1 to 256"]),
        (["run", GEMM, *SIZES, "--threads=257"], "usage", ["--threads", "1 to 256"]),
        (["sim", "any.ttir", "--threads=99999999999999999999"], "usage", ["--threads", "1 to 256"]),
        (["run", GEMM, *SIZES, "--tolerance=-1"], "usage", ["--tolerance"]),
        (["run"], "usage", ["FILE"]),
        (["rnu", GEMM], "usage", ["run"]),
        (["explain", "no-such-code"], "unknown-code", []),
    ],
)
def test_unknown_choice(arguments, code, named):
    result = ttile(*arguments)
    assert result.returncode == 1, result.stderr
    assert f"[{code}]" in result.stderr, result.stderr
    for name in named:
        assert name in result.stderr, f"{name} is not named:\n{result.stderr}"


RUN_KEYS = [
    "schema_version", "pass", "max_abs_error", "max_rel_error", "worst", "cycles", "bound", "utilization", "compile_ms",
    "simulate_ms", "gflops",
]  # fmt: skip


def test_run_report():
    report = ttile_json("run", GEMM, *SIZES)
    for key in RUN_KEYS:
        assert key in report, f"{key} is not in {sorted(report)}"
    assert report["pass"] is True
    assert report["cycles"] > 0
    assert report["worst"]["tensor"] == "C"
    assert len(report["worst"]["index"]) == 2


def test_compile_report(tmp_path):
    report = ttile_json("compile", GEMM, *SIZES, "-o", tmp_path)
    assert report["compile_ms"] > 0
    plan = json.loads((tmp_path / "matmul" / "tt.plan.json").read_text())
    assert plan["schema_version"] and plan["cores"] and plan["work_items"]


@pytest.mark.parametrize("command", [["targets"], ["passes"], ["explain", "race"]])
def test_reports_have_a_schema_version(command):
    assert ttile_json(*command)["schema_version"]


def test_a_failure_is_reported_as_json():
    result = ttile("run", GEMM, "M=64", "--json")
    report = json.loads(result.stdout)
    assert report["exit_code"] == result.returncode == 1
    assert any(entry["code"] == "missing-parameters" for entry in report["diagnostics"])


def test_no_colour_when_it_is_no_terminal():
    for arguments in (["run", GEMM, *SIZES], ["run", GEMM, "M=1"], ["help"]):
        result = ttile(*arguments)
        assert "\x1b" not in result.stdout + result.stderr


def test_seed_decides_the_inputs():
    def error(seed):
        report = ttile_json("run", GEMM, *words({"M": 256, "N": 256, "K": 256}), "--no-timing", f"--seed={seed}")
        return report["max_abs_error"], report["worst"]

    assert error(1) == error(1)
    assert error(1) != error(2)


def test_tolerance_can_fail_a_run():
    sizes = words({"M": 128, "N": 128, "K": 256, "in_dtype": "float32"})
    result = ttile("run", GEMM, *sizes, "--no-timing", "--tolerance=1e-12")
    assert result.returncode == 1, result.stderr
    assert "tolerance-exceeded" in result.stderr
    assert "PASS" not in result.stdout


def test_no_check_does_not_say_pass():
    result = ttile("run", GEMM, *SIZES, "--no-check")
    assert result.returncode == 0
    assert "PASS" not in result.stdout


def passes():
    return ttile_json("passes")["passes"]


def test_every_dump_reads_back_unchanged(tmp_path):
    assert ttile("opt", GEMM, *SIZES, "--dump-dir", tmp_path).returncode == 0
    dumps = sorted(tmp_path.glob("*.ttir"))
    assert len(dumps) == len(passes())
    for dump in dumps:
        again = ttile("opt", dump, "--passes=")
        assert again.returncode == 0, again.stderr
        assert again.stdout == dump.read_text(), dump.name


def test_resuming_after_any_pass_gives_the_same_program(tmp_path):
    whole = ttile("opt", GEMM, *SIZES, "--dump-dir", tmp_path).stdout
    dumps = sorted(tmp_path.glob("*.ttir"))
    for dump, following in zip(dumps, passes()[1:]):
        rest = ttile("opt", dump, f"--start-before={following['name']}")
        assert rest.returncode == 0, f"{dump.name}: {rest.stderr}"
        assert rest.stdout == whole, f"{dump.name}: the rest of the pipeline gives another program"


def test_a_pass_refuses_what_it_has_no_attributes_for():
    last = passes()[-1]["name"]
    result = ttile("opt", GEMM, *SIZES, f"--passes={last}")
    assert result.returncode != 0
    assert "pass-requires" in result.stderr, result.stderr


def test_print_after():
    result = ttile("opt", GEMM, *SIZES, "--print-after=InferTTLayout")
    assert "--- After InferTTLayout ---" in result.stderr
    assert result.stderr.count("--- After") == 1
    everything = ttile("opt", GEMM, *SIZES, "--print-after-all")
    assert everything.stderr.count("--- After") == len(passes())


def test_a_compiled_program_runs_on_its_own(tmp_path):
    assert ttile("compile", GEMM, *SIZES, "-o", tmp_path).returncode == 0
    programs = list((tmp_path / "matmul").glob("*.ttir"))
    assert len(programs) == 1
    result = ttile("sim", programs[0])
    assert result.returncode == 0, result.stderr


def test_the_most_threads():
    result = ttile("run", GEMM, *SIZES, "--threads=256", "--no-timing")
    assert result.returncode == 0, result.stderr


WRITE = re.compile(r"noc_async_write_page\(C, .*, (\w+), (.*)\)")


@pytest.mark.parametrize("page", ["0", "1"])
def test_a_page_written_twice_is_found_on_any_number_of_threads(tmp_path, page):
    sizes = words({"M": 256, "N": 256, "K": 64, "block_M": 64, "block_N": 64})
    assert ttile("compile", GEMM, *sizes, "-o", tmp_path).returncode == 0
    (program,) = (tmp_path / "matmul").glob("*.ttir")
    text, count = WRITE.subn(rf"noc_async_write_page(C, {page}, \1, \2)", program.read_text())
    assert count == 1
    program.write_text(text)
    results = {ttile("sim", program, f"--threads={threads}", "--no-timing").stderr for threads in (1, 2, 3, 8)}
    assert len(results) == 1
    (message,) = results
    for part in ("[sim-output-rewritten]", f"writes page {page} of `C`", "core (0, 0), writer"):
        assert part in message, message


@pytest.mark.parametrize(("code", "near"), [("nope", None), ("rase", "race")])
def test_explain_gives_one_help(code, near):
    lines = [line for line in ttile("explain", code).stderr.splitlines() if line.startswith("help:")]
    known = "`ttile explain` lists them all"
    assert lines == [f"help: did you mean {near}? {known}" if near else f"help: {known}"]


def test_explain_knows_every_code():
    result = ttile("explain", "--all", "--markdown")
    assert result.returncode == 0
    for code in ("race", "l1-overflow", "unknown-name"):
        assert code in result.stdout


def test_targets():
    result = ttile("targets")
    assert result.returncode == 0
    for name in ("wormhole:n150", "blackhole:p150", "grayskull"):
        assert name in result.stdout


@pytest.mark.parametrize("moment", [0.05, 0.3, 0.8])
def test_an_interrupt_leaves_nothing_half_written(tmp_path, moment):
    arguments = [TTILE, "run", GEMM, "M=2048", "N=2048", "K=2048", "--output", f"C={tmp_path}/c.npy", "--threads=1"]
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == -signal.SIGINT
    assert os.listdir(tmp_path) == []


def test_a_closed_pipe_is_no_crash():
    result = subprocess.run(f"'{TTILE}' explain --all --markdown | head -1", shell=True, capture_output=True, cwd=ROOT)
    assert result.stdout


@pytest.mark.parametrize("name,today", [("target-device=wormhole", "target=wormhole"), ("enable-double-buffer=false", "double-buffer=false"), ("enable-prefetch=false", "prefetch=false")])
def test_options_by_their_names_in_the_api(name, today):
    command = ["opt", "examples/elementwise.py", "--no-locations"]
    assert ttile(*command, f"--{name}").stdout == ttile(*command, f"--{today}").stdout
