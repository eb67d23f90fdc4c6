"""Measures what ttile promises about speed and memory, as ratios within one run, and prints each beside its limit.

    python bench/run.py [--ttile build/ttile] [--threads N] [--rounds R] [--json FILE] [SECTION ...]

Sections: compile, launches, simulate, interpreter, utilization, units, plans (all by default). Every figure is the best of
`--rounds` runs; things that are compared take turns, so that a busy machine slows all of them. Nothing fails when a limit
is missed: the table says so.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GEMM = str(ROOT / "examples" / "gemm.py")
MATMUL = str(ROOT / "tests" / "kernels" / "gemm.py")
MEASURE = str(ROOT / "bench" / "measure.py")


class Failure(Exception):
    """A command that should have worked did not."""


def measure(command):
    """Runs the command: seconds, mebibytes, and what it printed."""
    with tempfile.NamedTemporaryFile(suffix=".out") as output:
        launcher = [sys.executable, "-S", "-I", MEASURE, output.name, *command]
        result = subprocess.run(launcher, capture_output=True, text=True)
        text = pathlib.Path(output.name).read_text()
        if result.returncode != 0 or json.loads(result.stdout)["exit"] != 0:
            raise Failure(f"{' '.join(command)}\n{result.stderr.strip()}\n{text.strip()[:500]}")
    return {**json.loads(result.stdout), "text": text}


def measure_json(command):
    result = measure(command)
    return {**result, "report": json.loads(result["text"])}


def best(results, value):
    return min(value(result) for result in results)


def report_value(key):
    return lambda result: result["report"][key]


def sizes(m, n, k, block_m=128, block_n=128, block_k=32):
    names = ("M", "N", "K", "block_M", "block_N", "block_K")
    return [f"{name}={value}" for name, value in zip(names, (m, n, k, block_m, block_n, block_k))]


class Table:
    """Rows of (what, figure, unit, limit); a limit is a pair ("at most" or "at least", value)."""

    def __init__(self):
        self.rows = []

    def add(self, what, figure, unit, limit=None):
        within = None
        if limit:
            within = figure <= limit[1] if limit[0] == "at most" else figure >= limit[1]
        self.rows.append({"what": what, "figure": figure, "unit": unit, "limit": limit, "within": within})
        bound = f"{limit[0]} {limit[1]:g}" if limit else ""
        verdict = {None: "", True: "ok", False: "MISSED"}[within]
        print(f"{what:<62} {figure:>12.4g} {unit:<10} {bound:<16} {verdict}", flush=True)


# ---------------------------------------------------------------- sections


def compile_runs(options, place):
    with tempfile.TemporaryDirectory(dir=place) as folder:
        command = [options.ttile, "compile", GEMM, *sizes(1024, 1024, 1024), "-o", folder, "--json"]
        return [measure_json(command) for _ in range(max(options.rounds, 10))]


def compile_speed(options, table):
    """The process alone, its files in memory, and with the disk, on which two files are synced."""
    results = compile_runs(options, "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None)
    on_disk = compile_runs(options, None)
    table.add("compile 1024^3 GEMM, in the process", best(results, report_value("compile_ms")), "ms", ("at most", 2))
    table.add("compile 1024^3 GEMM, whole process", best(results, lambda r: r["seconds"]) * 1e3, "ms", ("at most", 10))
    table.add("the same with files synced to the disk", best(on_disk, lambda r: r["seconds"]) * 1e3, "ms")
    table.add("compile 1024^3 GEMM, peak memory", best(results, lambda r: r["mebibytes"]), "MiB", ("at most", 16))


def launch_size(options, table):
    """A launch of 64 blocks and one of a million, 32 x 32 elements each."""
    few, many = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(max(options.rounds, 10)):
            for side, results in ((8 * 32, few), (1000 * 32, many)):
                parameters = sizes(side, side, 64, 32, 32, 32)
                results.append(measure_json([options.ttile, "compile", GEMM, *parameters, "-o", folder, "--json"]))
    ratio = best(many, report_value("compile_ms")) / best(few, report_value("compile_ms"))
    table.add("compile a million blocks / 64 blocks", ratio, "times", ("at most", 1.5))
    memory = best(many, lambda r: r["mebibytes"]) / best(few, lambda r: r["mebibytes"])
    table.add("the same, peak memory", memory, "times")


def simulate_command(options, size, *more):
    return [options.ttile, "run", GEMM, *sizes(size, size, size), "--no-check", "--json", "--threads", str(options.threads), *more]


def numpy_seconds(options, size):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    command = [sys.executable, str(ROOT / "bench" / "bench_gemm.py"), str(size), str(options.threads)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)


def gemm_bytes(size):
    return 3 * size * size * 2 + size * 4  # A, B and C in bfloat16, the bias in float32


def simulate_size(options, table, size):
    numpy_runs, plain, timed = [], [], []
    for _ in range(options.rounds):
        numpy_runs.append(numpy_seconds(options, size))
        plain.append(measure_json(simulate_command(options, size, "--no-timing")))
        timed.append(measure_json(simulate_command(options, size)))
    operations = 2 * size**3
    numpy_ms, plain_ms = min(numpy_runs) * 1e3, best(plain, report_value("simulate_ms"))
    timed_ms = best(timed, report_value("simulate_ms"))
    title = f"{size}^3, {options.threads} threads"
    table.add(f"numpy float32 {title}", operations / numpy_ms / 1e6, "GFLOP/s")
    table.add(f"simulate bf16 GEMM {title}, checks on", operations / plain_ms / 1e6, "GFLOP/s")
    table.add(f"simulate / numpy {title}", numpy_ms / plain_ms, "times", ("at least", 0.4))
    table.add(f"simulate with timing / without {title}", timed_ms / plain_ms, "times", ("at most", 2))
    memory = best(timed, lambda r: r["mebibytes"]) - 1.5 * gemm_bytes(size) / 2**20
    table.add(f"peak memory beyond 1.5 times the tensors {title}", memory, "MiB", ("at most", 64))


def simulate_speed(options, table):
    for size in (1024, 2048):
        simulate_size(options, table, size)


def interpreter_cost(options, table):
    """A loop of a million DST calls on one core, without numbers to compute."""
    program = str(ROOT / "bench" / "loop.ttir")
    results = [measure_json([options.ttile, "sim", program, "--no-timing", "--json"]) for _ in range(options.rounds)]
    timed = [measure_json([options.ttile, "sim", program, "--json"]) for _ in range(options.rounds)]
    table.add("a million cheap instructions on one core", best(results, report_value("simulate_ms")), "ms")
    table.add("the same with timing", best(timed, report_value("simulate_ms")), "ms")


def utilization(options, table):
    product = [options.ttile, "run", f"{MATMUL}:matmul", *sizes(4096, 4096, 4096), "--no-check", "--json"]
    product += ["--math-fidelity=HiFi2", "--partition-strategy=block"]
    for accumulate, limit in (("16", ("at least", 0.75)), ("32", None)):
        report = measure_json([*product, f"--accumulate={accumulate}"])["report"]
        name = f"4096^3 at HiFi2, {accumulate}-bit sums"
        table.add(f"{name}, share of peak, bound by {report['bound']}", report["chip_utilization"], "of 1", limit)
        table.add(f"{name}, simulated cycles", report["cycles"], "cycles")
        table.add(f"{name}, time to simulate", report["simulate_ms"], "ms")


def run_program(options, name, *arguments):
    """Builds a program of this folder against the library beside ttile, and prints what it prints."""
    library, compiler = pathlib.Path(options.ttile).resolve().parent / "libttile_core.a", shutil.which("cc")
    if not library.exists() or not compiler:
        print(f"{name}: left out, needs cc and", library)
        return
    with tempfile.TemporaryDirectory() as folder:
        program = str(pathlib.Path(folder) / name)
        sources = ["-I" + str(ROOT / "src"), str(ROOT / "bench" / f"{name}.c"), str(library)]
        subprocess.run([compiler, "-O2", "-D_GNU_SOURCE", *sources, "-ljansson", "-lm", "-lpthread", "-o", program], check=True)
        print(subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout, end="")


def units(options, table):
    run_program(options, "bench_units")


def plans(options, table):
    """What compatibility and validation cost, also with a million work items."""
    run_program(options, "bench_plan", GEMM)


SECTIONS = {
    "compile": compile_speed,
    "launches": launch_size,
    "simulate": simulate_speed,
    "interpreter": interpreter_cost,
    "utilization": utilization,
    "units": units,
    "plans": plans,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ttile", default=str(ROOT / "build" / "ttile"))
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    options = parser.parse_args()
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    return options


def main():
    options, table, failures = arguments(), Table(), 0
    for name in options.sections or SECTIONS:
        try:
            SECTIONS[name](options, table)
        except (Failure, subprocess.CalledProcessError, KeyError, ValueError) as error:
            print(f"{name}: could not be measured: {error}")
            failures += 1
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"schema_version": 1, "rows": table.rows}, indent=1) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
