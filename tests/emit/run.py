#!/usr/bin/env python3
"""Golden kernels: what `ttile compile` prints for the commands of cases.txt, in tests/emit/cases/<case>/.

    tests/emit/run.py [--update] [NAME ...]     NAME is a part of a case's name

A change of what is printed shows as a difference here; --update writes what is seen as what is expected. These kernels,
those of tests/metalium/kernels.txt and some with names of every length are also held to .clang-format, where clang-format
is there.
"""

import argparse
import difflib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import long_names

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TTILE = os.environ.get("TTILE", str(ROOT / "build" / "ttile"))
SECONDS = 60
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # files are synced when they are written


def read_cases():
    """Name and command of each line: `name: FILE NAME=VALUE ...`."""
    lines = [line for line in (HERE / "cases.txt").read_text().splitlines() if line and not line.startswith("#")]
    return {name: shlex.split(command) for name, _, command in (line.partition(":") for line in lines)}


def emit(words, folder):
    """The kernels by file name, or what went wrong."""
    command = [TTILE, "compile", *words, "-o", folder]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    if result.returncode:
        return None, f"exit code {result.returncode}\n{result.stderr}"
    return {path.name: path.read_text() for path in sorted(Path(folder).glob("*/*.cpp"))}, None


def difference(expected, seen, name):
    lines = difflib.unified_diff(
        expected.splitlines(), seen.splitlines(), f"expected {name}", f"seen {name}", lineterm=""
    )
    return "\n".join(lines)


# ---------------------------------------------------------------- as clang-format has it


def find_clang_format():
    """The one that the style is written for, or None: others break some lines otherwise."""
    program = shutil.which("clang-format-14") or shutil.which("clang-format")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout if program else ""
    return program if "version 14." in version else None


def check_format(kernels):
    program = find_clang_format()
    for name, text in kernels.items() if program else ():
        result = subprocess.run(
            [program, f"--style=file:{ROOT / '.clang-format'}"], input=text, capture_output=True, text=True, check=True
        )
        if result.stdout != text:
            return f"not as clang-format has it:\n{difference(result.stdout, text, name)}"
    return None


def emit_all(folder):
    """The kernels of tests/metalium/kernels.txt, those of several roles and launches among them."""
    (folder / ".clang-format").write_text((ROOT / ".clang-format").read_text())
    lines = (ROOT / "tests" / "metalium" / "kernels.txt").read_text().splitlines()
    for number, line in enumerate(line for line in lines if line and not line.startswith("#")):
        command = [TTILE, "compile", *shlex.split(line), "-o", folder / str(number)]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=SECONDS)
    return sorted(map(str, folder.rglob("*.cpp")))


def check_all_formats():
    program = find_clang_format()
    if not program:
        print("golden: there is no clang-format 14, to which kernels are held")
        return None
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        files = emit_all(Path(folder))
        words = [program, "--dry-run", "--Werror", *files]
        result = subprocess.run(words, capture_output=True, text=True, timeout=300)
    if result.returncode or not files:
        return result.stderr[:4000]
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        return long_names.check(TTILE, program, Path(folder))


# ---------------------------------------------------------------- goldens


def check(name, words, update):
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        kernels, problem = emit(words, folder)
    if problem:
        return problem
    golden = HERE / "cases" / name
    if update:
        shutil.rmtree(golden, ignore_errors=True)
        golden.mkdir(parents=True)
        for file, text in kernels.items():
            (golden / file).write_text(text)
    expected = {path.name: path.read_text() for path in sorted(golden.glob("*.cpp"))}
    if set(expected) != set(kernels):
        return f"expected {sorted(expected)}, seen {sorted(kernels)}; `tests/emit/run.py --update {name}` writes them"
    found = [difference(expected[file], kernels[file], file) for file in sorted(expected)]
    return "\n".join(part for part in found if part) or check_format(kernels)


def main():
    parser = argparse.ArgumentParser(description="Golden kernels.")
    parser.add_argument("--update", action="store_true", help="write what is seen as what is expected")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    cases = {
        name: words
        for name, words in read_cases().items()
        if not options.names or any(part in name for part in options.names)
    }
    failed = 0
    for name, words in cases.items():
        problem = check(name, words, options.update)
        if problem:
            failed += 1
            print(f"--- tests/emit/cases/{name}\n{problem}\n")
    problem = None if options.names or options.update else check_all_formats()
    if problem:
        failed += 1
        print(f"--- formats\n{problem}\n")
    print(f"golden: {len(cases) - failed} passed, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
