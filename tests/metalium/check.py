#!/usr/bin/env python3
"""Type-checks emitted kernels against the vendor's real headers, with the warnings of the vendor's own build as errors.

    tests/metalium/check.py [--headers FOLDER] [NAME ...]     NAME is a part of a line of kernels.txt
    tests/metalium/check.py --instructions                    a call of each row of the table of instructions
    tests/metalium/check.py --host                            host.cpp and run.py, see below
    tests/metalium/check.py --self-test                       wrong calls fail the check

tests/metalium/fetch.sh fills FOLDER (build/metalium). Readers and writers are checked whole, compute kernels as the
unpacking and the packing core see them; the mathematics core's half needs the vendor's compiler. What this cannot see:
swapped integers, runtime arguments, and what vector-unit operations do inside.

The headers that host.cpp includes come with an installation of TT-Metalium alone. It is compiled with the declarations in
host_api/ and linked with the library of the wheel, which has a function with exactly the declared parameters for each call
or fails. run.py runs with the vendor's ttnn on its mock device, where FOLDER/venv has a Python for it: descriptors, tensors
and their layouts, addresses, coordinates and sizes are the real ones, and only results are not.
"""

import argparse
import difflib
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TTILE = os.environ.get("TTILE", str(ROOT / "build" / "ttile"))
SECONDS = 120

# The vendor's switches (libtt_metal.so holds them), and what another compiler than theirs warns about in their headers.
WARNINGS = """-Wall -Werror -Wno-error=deprecated-declarations -Wno-error=multistatement-macros -Wno-error=parentheses
    -Wno-error=unused-but-set-variable -Wno-unused-variable -Wno-unused-function
    -Wno-attributes -Wno-volatile -Wno-unknown-pragmas""".split()
COMPILER = """riscv64-unknown-elf-g++ -march=rv32im -mabi=ilp32 -std=gnu++20 -fsyntax-only -nostdinc++ -ffast-math
    -fno-finite-math-only -fno-exceptions -fno-rtti""".split()
DEFINES = """KERNEL_BUILD TENSIX_FIRMWARE LOCAL_MEM_EN=0 ROUTING_FW_ENABLED PROGRAMMABLE_CORE_TYPE=0 NUM_L1_BANKS=72
    IS_NOT_POW2_NUM_L1_BANKS=1 PCIE_NOC_X=0 PCIE_NOC_Y=3 DISPATCH_MESSAGE_ADDR=4290183304 NOC_MODE=0
    FULL_KERNEL_NAME="kernel/" """.split()
# Of each architecture: its definitions, and the folders that are named after it.
ARCHITECTURES = {
    "wormhole": {
        "defines": ["ARCH_WORMHOLE", "NUM_DRAM_BANKS=12", "IS_NOT_POW2_NUM_DRAM_BANKS=1"],
        "kernels": "wormhole_b0", "internal": ["wormhole", "wormhole/wormhole_b0_defines", "wormhole/noc"],
    },
    "blackhole": {
        "defines": ["ARCH_BLACKHOLE", "NUM_DRAM_BANKS=8", "LOG_BASE_2_OF_NUM_DRAM_BANKS=3"],
        "kernels": "blackhole", "internal": ["blackhole", "blackhole/noc"],
    },
}  # fmt: skip
# Each kind of check: the vendor's translation unit and what its build defines for it.
KINDS = {
    "reader": ("ncrisck", ["COMPILE_FOR_NCRISC", "PROCESSOR_INDEX=1", "NOC_INDEX=0"]),
    "writer": ("brisck", ["COMPILE_FOR_BRISC", "PROCESSOR_INDEX=0", "NOC_INDEX=1"]),
    "pack": ("trisck", ["UCK_CHLKC_PACK", "COMPILE_FOR_TRISC=2", "PROCESSOR_INDEX=4"]),
    "unpack": ("trisck", ["UCK_CHLKC_UNPACK", "COMPILE_FOR_TRISC=0", "PROCESSOR_INDEX=2"]),
}
OF_THREAD = {"reader": ["reader"], "writer": ["writer"], "compute": ["pack", "unpack"]}
FORMAT_CODES = {"float32": 0, "float16": 1, "bfloat16": 5, "int32": 8, "uint16": 9, "uint32": 24}
UNUSED = 255
BUFFERS = 32
VECTOR_UNIT = re.compile(
    r'#include "api/compute/(eltwise_unary/\w+|compute_kernel_api|\w*sfpu\w*|binary_max_min|copy_dest_values)\.h"'
)


# ---------------------------------------------------------------- the command


def include_folders(headers, facts):
    tree = headers / "ttnn" / "tt_metal"
    llk, metal = tree / "tt-llk", tree / "hw" / "ckernels" / facts["kernels"] / "metal"
    internal, own = tree / "hw" / "inc" / "internal" / "tt-1xx", llk / f"tt_llk_{facts['kernels']}"
    return [
        headers / "ttnn", tree / "hw/inc", llk / "common", llk / "tools/include", tree / "hostdevcommon/api",
        tree / "api", metal / "common", metal / "llk_io", internal, *(internal / part for part in facts["internal"]),
        own / "common/inc", own / "llk_lib", tree / "hw/firmware/src/tt-1xx", metal / "llk_api",
        metal / "llk_api/llk_sfpu",
    ]  # fmt: skip


def command(headers, own, kind, kernel, arguments, architecture):
    (unit, defines), facts = KINDS[kind], ARCHITECTURES[architecture]
    library = headers / "usr/include/newlib/c++/12.2.1"
    system = [library, library / "arm-none-eabi", "/usr/lib/picolibc/riscv64-unknown-elf/include"]
    words = [*COMPILER, *WARNINGS]
    words += [word for folder in system for word in ("-isystem", str(folder))]
    words += [f"-I{folder}" for folder in (own, HERE / "headers", *include_folders(headers, facts))]
    words += [f"-D{define}" for define in (*DEFINES, *defines, *facts["defines"])]
    words += [f"-DKERNEL_COMPILE_TIME_ARGS={','.join(map(str, arguments))}", f'-DKERNEL_FILE="{kernel}"']
    return [*words, str(headers / "ttnn/tt_metal/hw/firmware/src/tt-1xx" / f"{unit}.cc")]


# ---------------------------------------------------------------- what the vendor's build would generate


def array(kind, name, values):
    return f"constexpr {kind} {name}[{BUFFERS}] = {{{', '.join(map(str, values))}}};\n"


def descriptors(plan):
    """chlkc_descriptors.h: formats and tile shapes of every circular buffer."""
    formats, bytes_of_tile = [UNUSED] * BUFFERS, [1088] * BUFFERS
    for buffer in plan["circular_buffers"]:
        formats[buffer["index"]] = FORMAT_CODES[buffer["format"]]
        bytes_of_tile[buffer["index"]] = buffer["page_bytes"]
    compute = plan["compute"]
    fidelity = {"LoFi": 0, "HiFi2": 2, "HiFi3": 3, "HiFi4": 4}[compute["math_fidelity"]]
    text = '#pragma once\n#include <cstdint>\n#include "llk_defs.h"\n'
    text += f"constexpr ckernel::MathFidelity MATH_FIDELITY = static_cast<ckernel::MathFidelity>({fidelity});\n"
    text += "constexpr bool APPROX = false;\n"
    text += f"constexpr bool DST_ACCUM_MODE = {str(compute['fp32_dst']).lower()};\n"
    text += f"#define DST_SYNC_MODE DstSync::{'SyncFull' if compute['full_sync_dst'] else 'SyncHalf'}\n"
    for unit, kind in (("unpack", "uint8_t"), ("pack", "unsigned char")):
        text += array(kind, f"{unit}_src_format", formats) + array(kind, f"{unit}_dst_format", formats)
        for name, value in (
            ("tile_num_faces", 4), ("partial_face", 0), ("tile_face_r_dim", 16), ("narrow_tile", 0),
            ("tile_r_dim", 32), ("tile_c_dim", 32), ("num_faces_r_dim", 2), ("num_faces_c_dim", 2),
        ):  # fmt: skip
            text += array("uint8_t", f"{unit}_{name}", [value] * BUFFERS)
        text += array("uint16_t", f"{unit}_tile_size", bytes_of_tile)
    return text


def vector_unit(source):
    return "".join(f"{found.group(0)}\n" for found in VECTOR_UNIT.finditer(source))


def accessor(layout):
    """The words that the vendor's TensorAccessorArgs has for a tensor: kind and page; of shards also their shapes and
    where they are kept, two banks in each word.
    """
    height, width = layout.get("tile_shape", (32, 32))
    kind, page = 2 * (layout.get("space", "dram") == "dram"), height * width * (4 if "32" in layout["format"] else 2)
    shard = layout.get("shard")
    if not shard:
        return [kind, page]
    rows, columns = shard["shape"][0] // height, shard["shape"][1] // width
    pages, cores = rows * columns, shard["grid"][0] * shard["grid"][1]
    if layout["tile_id_order"] == "match_shard":
        return [kind + 1, page, 1, cores, pages * cores, pages, *[18 << 8 | 18] * ((cores + 1) // 2)]
    return [kind + 1, page, 2, cores, rows * cores, columns, rows, columns, *[18 << 8 | 18] * ((cores + 1) // 2)]


def compile_time_arguments(plan, kernel):
    """Numbers of circular buffers and semaphores, then the words of each tensor's accessor."""
    tensors = [plan["layouts"][name] for name in kernel["tensor_args"]]
    return [*kernel["compile_time_args"].values(), *(word for layout in tensors for word in accessor(layout))]


# ---------------------------------------------------------------- checks


class Checker:
    def __init__(self, headers):
        self.headers = headers
        self.passed = set()  # digests of what was checked before: many kernels share a reader

    def check(self, plan, kernel, source):
        """What the compiler says, or None. `source` stands for the kernel's file."""
        arguments, found = compile_time_arguments(plan, kernel), []
        for kind in OF_THREAD[kernel["thread"]]:
            architecture = plan["target"]["arch"]
            parts = (kind, architecture, source, str(arguments), descriptors(plan))
            digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
            if digest in self.passed:
                continue
            style = kind != "unpack" and unformatted(source)
            found += [f"{kernel['file']}: {style}"] if style else []
            with tempfile.TemporaryDirectory() as folder:
                own = Path(folder)
                (own / kernel["file"]).write_text(source)
                (own / "chlkc_descriptors.h").write_text(descriptors(plan))
                (own / "vector_unit.h").write_text(vector_unit(source))
                words = command(self.headers, own, kind, own / kernel["file"], arguments, architecture)
                result = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
            if result.returncode:
                found.append(f"{kernel['file']} ({kind}): {errors(result.stderr)}")
            else:
                self.passed.add(digest)
        return "\n".join(found) or None


def unformatted(source):
    """What the repository's style has otherwise, or None."""
    words = ["clang-format", f"--style=file:{ROOT / '.clang-format'}"]
    if not shutil.which(words[0]):
        return None
    wanted = subprocess.run(words, input=source, capture_output=True, text=True, check=True).stdout
    lines = difflib.unified_diff(source.splitlines(), wanted.splitlines(), lineterm="", n=0)
    return None if wanted == source else "not as clang-format has it:\n" + "\n".join(list(lines)[2:12])


def errors(text):
    lines = [line for line in text.splitlines() if "error:" in line]
    return "\n    ".join(lines[:5]) or text[-2000:]


def compile_launches(words, folder):
    """The folder and the plan of each launch."""
    result = subprocess.run([TTILE, "compile", *words, "-o", folder], cwd=ROOT, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"ttile compile {shlex.join(words)}: exit code {result.returncode}\n{result.stderr}")
    plans = [(path.parent, json.loads(path.read_text())) for path in sorted(Path(folder).rglob("tt.plan.json"))]
    return [(own, plan) for own, plan in plans if "kernels" in plan]  # that of several launches has none of its own


def check_line(checker, line):
    with tempfile.TemporaryDirectory() as folder:
        launches = compile_launches(shlex.split(line), folder)
        kernels = [(own, plan, kernel) for own, plan in launches for kernel in plan["kernels"]]
        found = [checker.check(plan, kernel, (own / kernel["file"]).read_text()) for own, plan, kernel in kernels]
    return "\n".join(problem for problem in found if problem)


def kernel_lines(names):
    lines = (HERE / "kernels.txt").read_text().splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    return [line for line in lines if not names or any(name in line for name in names)]


def check_all(checker, names):
    lines = kernel_lines(names)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = list(pool.map(lambda line: check_line(checker, line), lines))
    for line, problem in zip(lines, problems):
        if problem:
            print(f"--- {line}\n{problem}\n")
    failed = sum(1 for problem in problems if problem)
    print(f"metalium: {len(lines) - failed} kernels passed, {failed} failed; {len(checker.passed)} compilations")
    return 1 if failed or not lines else 0


# ---------------------------------------------------------------- every instruction

# The program that tests/unit/test_emit_kernels.c prints with one call of each instruction.
TABLE = {
    "target": {"arch": "wormhole"},
    "circular_buffers": [
        {"index": 0, "format": "bfloat16", "page_bytes": 2048},
        {"index": 1, "format": "float32", "page_bytes": 4096},
    ],
    "compute": {"math_fidelity": "HiFi4", "fp32_dst": True, "full_sync_dst": False},
    "layouts": {"A": {"format": "bfloat16"}},
    "kernels": [
        {"thread": thread, "file": f"{thread}.cpp", "compile_time_args": numbers, "tensor_args": tensors}
        for thread, numbers, tensors in (
            ("reader", {"cb_a": 0, "valid": 1}, ["A"]), ("compute", {"cb_a": 0, "cb_f": 1}, []),
            ("writer", {"cb_a": 0, "valid": 1}, ["A"]),
        )
    ],
}  # fmt: skip


def check_instructions(checker):
    program = Path(os.environ.get("TTILE_BUILD", ROOT / "build")) / "unit" / "test_emit_kernels"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TTILE_EMIT_TO": folder}
        subprocess.run([program], env=environment, capture_output=True, check=True, timeout=SECONDS)
        sources = [(Path(folder) / kernel["file"]).read_text() for kernel in TABLE["kernels"]]
    found = [checker.check(TABLE, kernel, source) for kernel, source in zip(TABLE["kernels"], sources)]
    problems = "\n".join(problem for problem in found if problem)
    print(problems or "metalium: every instruction of the table passed")
    return 1 if problems else 0


# ---------------------------------------------------------------- hosts

HOSTED = """examples/gemm.py
examples/elementwise.py
examples/batched_gemm.py
examples/sharded_gemm.py
examples/sharded_elementwise.py
tests/kernels/layouts.py:scale M=512 N=512 block_M=64 block_N=64 space=l1 memory=block_sharded order=match_shard
tests/kernels/layouts.py:scale M=512 N=512 block_M=64 block_N=64 space=dram memory=width_sharded
tests/kernels/layouts.py:scale M=512 N=512 block_M=64 block_N=64 space=dram memory=interleaved order=z_order
tests/kernels/layouts.py:matmul M=250 N=190 K=128 block=64 a=height_sharded b=width_sharded c=block_sharded
tests/kernels/chains.py:through_scratch M=64 N=128 K=64
tests/pass/split-dataflow/fires_tiles_of_16_columns.py
tests/emit/names.py
tests/kernels/gemm.py:matmul_dynamic m=130 n=200 k=70
tests/programs/legal/multicast_gemm.ttir
tests/programs/legal/shards_in_place.ttir""".splitlines()
LINKED = slice(-4, None)  # the others differ in constants alone
HOST_FLAGS = "-std=c++20 -O0 -Wall -Wextra -Werror".split()


def link_host(headers, host, api):
    """What is wrong with a host.cpp, or None."""
    library = headers / "ttnn" / "build" / "lib" / "libtt_metal.so"
    with tempfile.TemporaryDirectory() as folder:
        words = ["g++", *HOST_FLAGS, f"-I{api}", '-DKERNEL_FOLDER="."', host, library]
        words += ["-Wl,--unresolved-symbols=ignore-in-shared-libs", "-o", f"{folder}/host"]
        result = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
    lines = [line for line in result.stderr.splitlines() if "error:" in line or "undefined reference" in line]
    return "\n    ".join(lines[:5] or [result.stderr[-2000:]]) if result.returncode else None


def run_on_mock(headers, folders):
    """What ttnn says, or None; a word where there is no Python that has it."""
    python = headers / "venv" / "bin" / "python"
    if not python.exists():
        print("metalium: run.py was not run, which takes Python 3.10 (tests/metalium/fetch.sh looks for one)")
        return None
    words = [python, HERE / "mock" / "run_plans.py", *folders]
    result = subprocess.run(words, capture_output=True, text=True, timeout=600, cwd=folders[0])
    print(f"metalium: {result.stdout.splitlines()[-1] if result.stdout else 'ttnn says nothing'}")
    return None if result.returncode == 0 else result.stdout[-4000:] + result.stderr[-2000:]


def check_hosts(headers):
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        places = [Path(folder) / str(index) for index in range(len(HOSTED))]
        owns = [
            (line, own)
            for line, place in zip(HOSTED, places)
            for own, _ in compile_launches([*shlex.split(line), "--host=cpp"], place)
        ]
        linked = owns[LINKED]
        found = list(pool.map(lambda pair: link_host(headers, pair[1] / "host.cpp", HERE / "host_api"), linked))
        problems = [f"--- {line}\n{problem}" for (line, _), problem in zip(linked, found) if problem]
        print(*problems, f"metalium: {len(linked) - len(problems)} hosts linked, {len(problems)} failed", sep="\n")
        said = run_on_mock(headers, [own for _, own in owns])
    print(said or "", end="")
    return 1 if problems or said else 0


def wrong_hosts(headers):
    """What the check of hosts does not see, but should."""
    edits = [
        ("declarations.hpp", "uint32_t initial_value", "uint64_t initial_value", "a parameter of another type"),
        ("host.cpp", "CreateSemaphore(program, cores, initial)", "CreateSemaphore(program, cores)", "a missing argument"),
        ("tt.plan.json", '"pages": 2', '"pages": 2000', "a circular buffer larger than L1"),
        ("tt.plan.json", '"height_sharded"', '"width_sharded"', "shards that do not hold their tensor"),
        ("run.py", "initial_value=", "value=", "an argument that ttnn lacks"),
    ]  # fmt: skip
    missed = []
    for file, old, new, what in edits:
        with tempfile.TemporaryDirectory() as folder:
            line = HOSTED[-1] if file.endswith("json") else HOSTED[-2]
            ((own, _),) = compile_launches([line, "--host=cpp"], folder)
            api = Path(shutil.copytree(HERE / "host_api", f"{folder}/api"))
            path = api / "tt-metalium" / file if file.endswith(".hpp") else own / file
            text = path.read_text()
            path.write_text(text.replace(old, new, 1))
            by_link = file.endswith("pp")
            if not by_link and not (headers / "venv").exists():
                continue
            seen = link_host(headers, own / "host.cpp", api) if by_link else run_on_mock(headers, [own])
            if old not in text or not seen:
                missed.append(what)
    return missed


# ---------------------------------------------------------------- a test of the check

WRONG = [
    ("compute", r"matmul_block\((.*), 1\);", r"matmul_block(\1);", "an argument too few"),
    ("compute", r"matmul_block_init\((.*)\);", r"matmul_block_init(\1, 0, 0);", "an argument too many"),
    ("compute", r"SrcOrder::Reverse", "SrcOrder::Backwards", "a word that an enumeration lacks"),
    ("compute", r"compute_kernel_hw_startup<", "mm_init<", "a call that the release does not have"),
    ("compute", r'#include "api/compute/matmul.h"\n', "", "a header too few"),
    ("compute", r"pack_tile<true>", "pack_tile<3, 4, 5>", "template arguments that do not fit"),
    ("compute", r"relu_tile\(0\)", "relu_tile()", "a vector-unit call without its tile"),
    ("compute", r"get_compile_time_arg_val\(4\)", "get_compile_time_arg_val(5)", "a compile-time argument too many"),
    ("reader", r"noc_async_read_page\((.*), (A|B),", r"noc_async_read_page(\2, \1,", "arguments in the wrong order"),
    ("reader", r"TensorAccessorArgs<\d+>", "TensorAccessorArgs<99>", "an offset beyond the arguments"),
    ("reader", r"const int32_t (\w+) = get_arg_val", r"const uint32_t *\1 = get_arg_val", "a pointer for a number"),
    ("reader", r"noc_semaphore_wait\((\w+)_ptr", r"noc_semaphore_wait(get_semaphore(\1)", "an address for a pointer"),
    ("reader", r"get_noc_multicast_addr\(\s*\w+,", "get_noc_multicast_addr(", "a corner too few"),
    ("reader", r"\btrue\);", "true, noc_index, 0, 0);", "an argument too many of a multicast"),
    ("writer", r"noc_async_writes_flushed\(\)", "noc_async_writes_flush()", "a misspelt call"),
]


def self_test(checker):
    with tempfile.TemporaryDirectory() as folder:
        ((own, plan),) = compile_launches(["examples/gemm.py"], folder)
        sources = {}  # of each thread the first: of those that send
        for kernel in plan["kernels"]:
            sources.setdefault(kernel["thread"], (kernel, (own / kernel["file"]).read_text()))
    missed = [thread for thread, (kernel, source) in sources.items() if checker.check(plan, kernel, source)]
    for thread, pattern, replacement, what in WRONG:
        kernel, source = sources[thread]
        wrong = re.sub(pattern, replacement, source, count=1)
        if wrong == source or not checker.check(plan, kernel, wrong):
            missed.append(what)
    missed += wrong_hosts(checker.headers)
    print(f"metalium self-test: {len(WRONG)} wrong kernels and some hosts, {len(missed)} not seen {missed or ''}")
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser(description="Type-checks emitted kernels against the vendor's headers.")
    parser.add_argument("--headers", type=Path, default=ROOT / "build" / "metalium", help="what fetch.sh filled")
    parser.add_argument("--all", action="store_true", help="every line of kernels.txt, which is what no NAME means")
    parser.add_argument("--self-test", action="store_true", help="check that wrong calls are seen")
    parser.add_argument("--host", action="store_true", help="check host.cpp and run.py")
    parser.add_argument("--instructions", action="store_true", help="check a call of every instruction")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if not (options.headers / "ttnn" / "tt_metal").is_dir():
        raise SystemExit(f"{options.headers} has no headers: run tests/metalium/fetch.sh {options.headers} first")
    checker = Checker(options.headers.resolve())
    if options.host:
        return check_hosts(checker.headers)
    if options.self_test or options.instructions:
        return self_test(checker) if options.self_test else check_instructions(checker)
    return check_all(checker, options.names)


if __name__ == "__main__":
    sys.exit(main())
