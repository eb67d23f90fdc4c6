#!/usr/bin/env python3
"""Compares simulated cycles with the vendor's measurements of its matrix product.

The vendor (tt-metal, tech_reports/GEMM_FLOPS, n150, bfloat16, with trace) publishes utilisations of the math core's
kernel: ideal cycles over the time from its start to its end, on average over the cores. Its program is written by
vendor_gemm.py and timed here, without numbers. CALIBRATED are the three sizes of the default product (HiFi2, out of the box)
that the model is held to, OTHERS the rest of that table as far as it is the same program, TUNED all of its other table
whose operands are in DRAM and bfloat16; there the blocks are chosen by hand. TAILS are what the default product takes after
math has ended: the host's time less the kernel's and the launch. Fails if one of the three is off by more than LIMIT.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import vendor_gemm

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 0.15
CALIBRATED = {(512, 512, 512): 17.82, (1024, 1024, 1024): 41.64, (4096, 4096, 4096): 59.46}
OTHERS = {
    (1024, 1024, 2048): 56.61,
    (1024, 2048, 2048): 60.49,
    (2048, 2048, 2048): 66.74,
    (2048, 2048, 3072): 70.07,
    (2048, 3072, 3072): 71.30,
    (3072, 3072, 3072): 58.19,
    (3072, 3072, 4096): 60.97,
    (3072, 4096, 4096): 59.41,
}
# Of the sizes that run too short for the clock to be lowered; microseconds, 2.6 of them launch: what 512 x 512 x 512 takes
# beyond its kernel where operands and results stay in L1.
TAILS = {(512, 512, 512): 5.9, (1024, 1024, 1024): 27.0, (1024, 1024, 2048): 52.6, (1024, 2048, 2048): 48.7}
# Size, into how many parts K, M and N of a core are cut, fidelity.
TUNED = {
    ((3072, 3072, 4096), (2, 1, 1), "HiFi2"): 74.19,
    ((3072, 3072, 4096), (2, 1, 1), "HiFi4"): 91.68,
    ((3072, 4096, 4096), (2, 1, 1), "HiFi2"): 75.09,
    ((3072, 4096, 4096), (2, 1, 1), "HiFi4"): 92.18,
    ((3328, 2560, 2560), (1, 1, 1), "HiFi2"): 63.13,
    ((3328, 2560, 2560), (1, 1, 1), "HiFi4"): 89.40,
    ((4096, 4096, 4096), (1, 2, 2), "HiFi4"): 83.19,
    ((8192, 8192, 8192), (2, 4, 4), "HiFi2"): 66.47,
    ((8192, 8192, 8192), (2, 4, 4), "HiFi4"): 88.70,
    ((16384, 16384, 16384), (4, 8, 8), "HiFi2"): 71.34,
    ((16384, 16384, 16384), (4, 8, 8), "HiFi4"): 91.45,
}


def simulate(ttile, text, *options):
    """The report of a run of that program."""
    with tempfile.NamedTemporaryFile("w", suffix=".ttir") as file:
        file.write(text)
        file.flush()
        result = subprocess.run([ttile, "sim", file.name, "--json", *options], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(result.stderr)
    return json.loads(result.stdout)


def utilization(ttile, text):
    """Percent, as the vendor measures it, and the cycles until the last byte is written."""
    report = simulate(ttile, text, "--no-numbers", "--no-verify")
    return 100 * report["math_utilization"], report["cycles"]


def tail(ttile, size):
    """Cycles from the average end of math to the end of the program."""
    report = simulate(ttile, vendor_gemm.program(*size), "--no-numbers", "--no-verify")
    return report["cycles"] - report["math_cycles"]


def tuned(size, parts, fidelity):
    return vendor_gemm.program(*size, vendor_gemm.tuned_blocks(*size, *parts), fidelity)


def compare(ttile, name, text, published):
    simulated, cycles = utilization(ttile, text)
    error = simulated / published - 1
    print(f"{name:<28} {cycles:>11,} {simulated:>10.1f} {published:>10.1f} {100 * error:>+8.1f}", flush=True)
    return error


def compare_default(ttile, size, published):
    return compare(ttile, " x ".join(map(str, size)), vendor_gemm.program(*size), published)


def compare_tuned(ttile, size, parts, fidelity, published):
    return compare(ttile, " x ".join(map(str, size)) + f", {fidelity}", tuned(size, parts, fidelity), published)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ttile", default=str(ROOT / "build" / "ttile"))
    parser.add_argument("--all", action="store_true", help="the sizes that were not fitted, too")
    options = parser.parse_args()
    print(f"{'M x K x N':<28} {'cycles':>11} {'ttile %':>10} {'vendor %':>10} {'error %':>8}")
    errors = [compare_default(options.ttile, size, published) for size, published in CALIBRATED.items()]
    good = all(abs(error) <= LIMIT for error in errors)
    if options.all:
        errors += [compare_default(options.ttile, size, published) for size, published in OTHERS.items()]
        errors += [compare_tuned(options.ttile, *row, published) for row, published in TUNED.items()]
        mean = (sum(error * error for error in errors) / len(errors)) ** 0.5
        print(f"{len(errors)} rows, root mean square of errors {100 * mean:.1f} %")
        for size, measured in TAILS.items():
            name = " x ".join(map(str, size))
            print(f"after math, {name}: {tail(options.ttile, size) / 1000:.1f} thousand cycles, measured {measured} us")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
