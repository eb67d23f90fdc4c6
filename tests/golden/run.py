#!/usr/bin/env python3
"""Golden tests of passes: tests/pass/<file of the pass>/<check>_<what>.ttir or .py.

The file's name chooses the check:
    fires_*    the output is that of the .expected file beside it, and the last pass named changed something
    leaves_*   the output is that of the .expected file, and the last pass named changed nothing but attributes
    refuses_*  the run fails with the diagnostic that a comment `# error: LINE:COLUMN code` names
The first lines hold the command, without the file: `# run: opt --passes=Canonicalize`. A failing check shows a diff.

    tests/golden/run.py [--update] [--list] [NAME ...]     NAME is a part of a path, such as pad-tiles
    tests/golden/run.py --complete                         every pass has a case of each check
"""

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "pass"
TTILE = os.environ.get("TTILE", str(ROOT / "build" / "ttile"))
DIAGNOSTIC = re.compile(r"^(?P<file>[^\n:]+):(?P<place>\d+:\d+): (?P<kind>\w+)\[(?P<code>[\w-]+)\]", re.MULTILINE)
ATTRIBUTES = re.compile(r"^\s*T\.func_attr\(.*\)\n", re.MULTILINE)
SECONDS = 60


def header(path, key):
    found = re.search(rf"^# {key}: *(.+)$", path.read_text(), re.MULTILINE)
    return found.group(1).split() if found else None


def run(path, arguments):
    """The command on the file, from the file's folder, so that locations hold only its name."""
    return subprocess.run([TTILE, *arguments, path.name], cwd=path.parent, capture_output=True, text=True, timeout=SECONDS)


def without_last_pass(arguments):
    """The same command up to the pass before; none at all if there was one."""
    return [word.rpartition(",")[0] or "--passes=" if word.startswith("--passes=") else word for word in arguments]


def difference(expected, seen, names=("expected", "seen")):
    lines = difflib.unified_diff(expected.splitlines(), seen.splitlines(), *names, lineterm="")
    return "\n".join(lines)


def check_refusal(path, result):
    expected = header(path, "error")
    if not expected or len(expected) != 2:
        return "a refusal needs a line `# error: LINE:COLUMN code`"
    if result.returncode not in (1, 2):
        return f"expected exit code 1 or 2, seen {result.returncode}\n{result.stderr}"
    seen = [[found["place"], found["code"]] for found in DIAGNOSTIC.finditer(result.stderr)]
    return None if expected in seen else f"expected {expected}, seen {seen}\n{result.stderr}"


def check_reading(arguments, output):
    """Whatever a pass prints reads back as itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "again.ttir"
        path.write_text(output)
        again = run(path, ["opt", "--passes=", *(word for word in arguments if word == "--no-locations")])
    if again.returncode != 0:
        return f"the output does not read back:\n{again.stderr}"
    return difference(output, again.stdout, ("printed", "read back")) or None


def check_output(path, result, update):
    if result.returncode != 0:
        return f"exit code {result.returncode}\n{result.stderr}"
    golden = path.with_suffix(path.suffix + ".expected")
    if update:
        golden.write_text(result.stdout)
    if not golden.exists():
        return f"{golden.name} is missing; write it with tests/golden/run.py --update {path.stem}"
    return (
        difference(golden.read_text(), result.stdout)
        or check_change(path, result.stdout)
        or check_reading(header(path, "run"), result.stdout)
    )


def check_change(path, output):
    previous = run(path, without_last_pass(header(path, "run")))
    if previous.returncode != 0:
        return f"the passes before the last fail:\n{previous.stderr}"
    before = previous.stdout
    if path.name.startswith("fires_") and output == before:
        return "the pass changed nothing"
    if path.name.startswith("leaves_"):
        return difference(ATTRIBUTES.sub("", before), ATTRIBUTES.sub("", output), ("input", "output")) or None
    return None


def check(path, options):
    arguments = header(path, "run")
    if not arguments:
        return "a line `# run: opt --passes=...` is missing"
    try:
        result = run(path, [*arguments, *(f"--disable={name}" for name in options.disable)])
    except subprocess.TimeoutExpired:
        return f"no end after {SECONDS} s"
    if path.name.startswith("refuses_"):
        return check_refusal(path, result)
    return check_output(path, result, options.update)


def find_cases(names):
    cases = sorted(path for path in CASES.rglob("*") if path.suffix in (".ttir", ".py"))
    wrong = [path for path in cases if path.name.split("_")[0] not in ("fires", "leaves", "refuses")]
    if wrong:
        sys.exit(f"{wrong[0]}: the name must begin with fires_, leaves_ or refuses_")
    return [path for path in cases if not names or any(name in str(path) for name in names)]


# What a pass cannot do, and why.
EXCEPTIONS = {
    ("canonicalize", "refuses"): "it takes every kernel that elaboration gives",
    ("split-dataflow", "leaves"): "every function becomes three programs",
    ("grid-to-persistent", "leaves"): "every launch becomes a loop",
    ("apply-tt-defaults", "refuses"): "it only adds attributes where there are none",
    ("infer-default-tt-shard", "refuses"): "tensors that it cannot count the tiles of are left out",
}


def check_complete():
    report = json.loads(subprocess.run([TTILE, "passes", "--json"], capture_output=True, check=True).stdout)
    passes = report["passes"] + [entry for entry in report["legacy_passes"] if entry not in report["passes"]]
    wanted = [(entry["file"], kind) for entry in passes for kind in ("fires", "leaves", "refuses")]
    wanted = [case for case in wanted if case not in EXCEPTIONS]
    missing = [f"{folder}/{kind}_*" for folder, kind in wanted if not list((CASES / folder).glob(f"{kind}_*"))]
    for name in missing:
        print(f"tests/pass/{name} is missing")
    return 1 if missing else 0


def main():
    parser = argparse.ArgumentParser(description="Golden tests of passes.")
    parser.add_argument("--update", action="store_true", help="write what is seen as what is expected")
    parser.add_argument("--disable", action="append", default=[], metavar="PASS", help="leave this pass out everywhere")
    parser.add_argument("--complete", action="store_true", help="check that every pass has a case of each check")
    parser.add_argument("--list", action="store_true", help="name the cases, do not run them")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if options.complete:
        return check_complete()
    cases = find_cases(options.names)
    if options.list:
        return print("\n".join(str(path.relative_to(ROOT)) for path in cases))
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda path: check(path, options), cases))
    for path, problem in zip(cases, results):
        if problem:
            print(f"--- {path.relative_to(ROOT)}\n{problem}\n")
    failed = sum(1 for problem in results if problem)
    print(f"golden: {len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
