#!/usr/bin/env python3
"""Runs the launches of a kernel on a Tenstorrent card, one after the other, as tt.plan.json lists them.

    python3 run.py [--input NAME=FILE.npy] [--expected NAME=FILE.npy] [--output NAME=FILE.npy]

Each launch is run by the run.py of its folder; tensors go from one to the next as .npy files. Inputs that are not given
are read from inputs/NAME.npy beside the plan, or drawn at random from --seed. Outputs are compared with --expected or
expected/NAME.npy, by the last launch that writes them.

Exit codes: 0 done, 1 an output is wrong, 2 something is missing: ttnn, a device, or support for what the plan asks.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def named_files(words):
    """NAME=FILE words as a dict."""
    files = {}
    for word in words:
        name, equals, path = word.partition("=")
        if not name or not equals or not path:
            sys.exit(f"expected NAME=FILE.npy, got {word}")
        files[name] = Path(path).resolve()
    return files


def random_input(tensor, place, seed, path):
    try:
        import numpy
    except ImportError as error:
        print(f"{error}: give the inputs with --input", file=sys.stderr)
        sys.exit(2)
    generator = numpy.random.default_rng([seed, place])
    if "float" in tensor["dtype"]:
        values = generator.standard_normal(tensor["shape"]).astype("float32")
    else:
        values = generator.integers(0, 8, tensor["shape"]).astype(tensor["dtype"])
    numpy.save(path, values)


def find_inputs(plan, given, seed, folder, work):
    """A file for each tensor that the kernel reads."""
    files = {}
    for place, tensor in enumerate(plan["tensors"]):
        name, beside = tensor["name"], folder / "inputs" / f"{tensor['name']}.npy"
        if tensor["role"] not in ("in", "inout"):
            continue
        if name in given or beside.exists():
            files[name] = given.get(name, beside)
        else:
            files[name] = work / f"{name}.npy"
            random_input(tensor, place, seed, files[name])
    return files


def last_writers(plan):
    """The number of the last launch that writes a tensor."""
    last = {}
    for number, launch in enumerate(plan["launches"]):
        last.update({tensor["name"]: number for tensor in launch["tensors"] if tensor["role"] != "in"})
    return last


def command(options, folder, launch, files, results, expected):
    words = [sys.executable, str(folder / launch["folder"] / "run.py"), f"--device={options.device}"]
    if options.tolerance is not None:
        words.append(f"--tolerance={options.tolerance}")
    for tensor in launch["tensors"]:
        name = tensor["name"]
        if tensor["role"] != "out" and name in files:
            words += ["--input", f"{name}={files[name]}"]
        if tensor["role"] != "in":
            words += ["--output", f"{name}={results[name]}"]
        if name in expected:
            words += ["--expected", f"{name}={expected[name]}"]
    return words


def run(options, folder, work):
    plan = json.loads((folder / "tt.plan.json").read_text())
    files = find_inputs(plan, named_files(options.input), options.seed, folder, work)
    last, outputs, expected = last_writers(plan), named_files(options.output), named_files(options.expected)
    for name in last:
        beside = folder / "expected" / f"{name}.npy"
        if name not in expected and beside.exists():
            expected[name] = beside
    for number, launch in enumerate(plan["launches"]):
        results = {t["name"]: work / f"{number}-{t['name']}.npy" for t in launch["tensors"]}
        judged = {name: path for name, path in expected.items() if last.get(name) == number}
        print(f"launch {number + 1} of {len(plan['launches'])}", flush=True)
        code = subprocess.run(command(options, folder, launch, files, results, judged)).returncode
        if code != 0:
            return code
        files.update({t["name"]: results[t["name"]] for t in launch["tensors"] if t["role"] != "in"})
    for name, path in outputs.items():
        shutil.copyfile(files[name], path)
    return 0


def main():
    parser = argparse.ArgumentParser(description="Runs the launches of a plan on a Tenstorrent card.")
    parser.add_argument("--input", action="append", default=[], metavar="NAME=FILE.npy")
    parser.add_argument("--expected", action="append", default=[], metavar="NAME=FILE.npy")
    parser.add_argument("--output", action="append", default=[], metavar="NAME=FILE.npy")
    parser.add_argument("--seed", type=int, default=0, help="of inputs that are not given (0)")
    parser.add_argument("--tolerance", type=float, help="largest error relative to the largest expected value")
    parser.add_argument("--device", type=int, default=0, help="number of the device (0)")
    with tempfile.TemporaryDirectory() as work:
        return run(parser.parse_args(), Path(__file__).resolve().parent, Path(work))


if __name__ == "__main__":
    sys.exit(main())
