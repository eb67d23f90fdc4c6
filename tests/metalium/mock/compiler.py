"""Stands where the vendor's library looks for its compiler. Firmware is what the wheel brings compiled; a kernel becomes
a program that does nothing, linked with the vendor's script, since the mock device never runs it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

KERNEL = """
volatile int datum = 1, zero;
int helper(int x) { return x + datum; }
__attribute__((section(".start"), used)) unsigned _start(void) {
    zero = 1;
    return helper(datum) + (unsigned)&zero;
}
"""
LINKER = "riscv64-unknown-elf-gcc -march=rv32im -mabi=ilp32 -nostdlib -ffreestanding -x c - -Wl,--emit-relocs".split()
LINKER += ["-Wl,-z,max-page-size=16", "-Wl,-z,common-page-size=16"]


def firmware(package, out):
    """The compiled program of that name, of any Wormhole."""
    name = out.parent.name
    return next((package / "tt_metal" / "pre-compiled").glob(f"*/{name}/{name}.elf"))


def main(words):
    if "--version" in words:
        print("riscv-tt-elf-g++ 15.1.0")
        return 0
    out = Path(words[words.index("-o") + 1])
    package = Path(__file__).resolve().parents[4]  # .../ttnn/runtime/sfpi/compiler/bin/riscv-tt-elf-g++
    if out.suffix != ".elf":
        out.write_text("")
        sources = [word for word in words if word.endswith((".cc", ".cpp", ".c", ".h", ".S"))]
        out.with_suffix(".d").write_text(f"{out}: {sources[-1]}\n")
        return 0
    if "kernels" not in out.parts:
        shutil.copy(firmware(package, out), out)
        return 0
    kept = [word for word in words if word.startswith(("-T", "-Wl,--just-symbols"))]
    return subprocess.run([*LINKER, *kept, "-o", out], input=KERNEL, text=True).returncode


sys.exit(main(sys.argv[1:]))
