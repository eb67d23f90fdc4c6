"""Compares the new pipeline with the legacy one on every example: simulated cycles and compile time.

    python bench/pipelines.py [--ttile build/ttile] [--rounds N] [--golden FILE] [--update]

Fails if the new pipeline needs more cycles on any example, or if the legacy pipeline's cycles are not those of the golden
file (`--update` writes it). A kernel that asks for a schedule of its own by T.annotate_tt_schedule or by shards has it under both. Compile times,
the best of N rounds, are shown beside their limit of 1.5 times; on a busy machine they vary, so that they do not decide.
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = [
    "gemm.py",
    "batched_gemm.py",
    "mlp.py",
    "elementwise.py",
    "elementwise.py:gelu",
    "sharded_elementwise.py",
    "sharded_gemm.py",
]
LIMIT = 1.5


def run(ttile, case, pipeline):
    command = [ttile, "run", f"examples/{case}", f"--pipeline={pipeline}", "--no-check", "--json"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return json.loads(result.stdout)


def measure(options, case, pipeline):
    reports = [run(options.ttile, case, pipeline) for _ in range(options.rounds)]
    return reports[0]["cycles"], min(report["compile_ms"] for report in reports)


def compare(options, case, golden):
    new, new_ms = measure(options, case, "new")
    legacy, legacy_ms = measure(options, case, "legacy")
    ratio = new_ms / legacy_ms
    verdict = "ok" if new <= legacy else "WORSE"
    if not options.update and legacy != golden.get(case):
        verdict = f"legacy was {golden.get(case)}"
    golden[case] = legacy
    time = "" if ratio <= LIMIT else f" over {LIMIT}"
    print(f"{case:<22} {new:>12} {legacy:>12} {legacy / new:>8.3f} {ratio:>10.2f}{time}   {verdict}", flush=True)
    return verdict == "ok"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ttile", default=str(ROOT / "build" / "ttile"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--golden", type=pathlib.Path, default=ROOT / "bench" / "legacy_cycles.json")
    parser.add_argument("--update", action="store_true", help="write the legacy pipeline's cycles as the golden ones")
    options = parser.parse_args()
    golden = json.loads(options.golden.read_text()) if options.golden.exists() else {}
    print(f"{'example':<22} {'new':>12} {'legacy':>12} {'gain':>8} {'compile':>10}")
    good = [compare(options, case, golden) for case in CASES]
    if options.update:
        options.golden.write_text(json.dumps(golden, indent=2) + "\n")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
