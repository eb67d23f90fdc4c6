"""Kernels with names of every length, held to .clang-format: the printer breaks lines as clang-format does.

run.py runs it; it needs clang-format 14.
"""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = {
    "tests/kernels/gemm.py:matmul M=64 N=96 K=64": (
        "A B C A_shared B_shared C_local bx by k M N K block_M block_N block_K num_stages accum_dtype matmul"
    ),
    "tests/emit/nests.py:nests M=64 N=64": "A B C row M N bx by first second total a b c d e f g h i j nests",
    "tests/kernels/fused.py:select_on_indices M=64 N=64 K=64": "A B C M N K",
    "tests/kernels/gemm.py:matmul M=256 N=256 K=64 block_M=32 block_N=32": "A_shared B_shared C_local A B",
}
LENGTHS = range(1, 121)


def long_name(name, place, length):
    """A name of that length which no other place has; its first letter tells little else."""
    stem = f"{chr(ord('a') + place % 26)}{place // 26 or ''}_{name}_"
    return stem[0] + (stem[1:] + "fill_" * length)[: length - 1] if length > len(stem) else name


def renamed(text, words, length):
    names = {word: long_name(word, place, length) for place, word in enumerate(words)}
    return re.sub(r"\b(\w+)\b", lambda match: names.get(match[0], match[0]), text), names


def emit(ttile, command, words, length, folder):
    """Writes the kernels below `folder`; the words that failed to compile, or None."""
    path, *sizes = command.split()
    path, _, entry = path.partition(":")
    text, names = renamed((ROOT / path).read_text(), words.split(), length)
    source = folder / "kernel.py"
    folder.mkdir()
    source.write_text(text)
    sizes = [f"{names.get(name, name)}={value}" for name, value in (size.split("=") for size in sizes)]
    call = [ttile, "compile", f"{source}:{names.get(entry, entry)}", *sizes, "-o", folder]
    result = subprocess.run(call, capture_output=True, text=True, timeout=60)
    return f"{call}\n{result.stderr}" if result.returncode else None


def check(ttile, clang_format, folder):
    """What is wrong with the kernels, or None."""
    (folder / ".clang-format").write_text((ROOT / ".clang-format").read_text())
    for length in LENGTHS:
        command, words = list(NAMED.items())[length % len(NAMED)]
        problem = emit(ttile, command, words, length, folder / str(length))
        if problem:
            return problem
    files = sorted(map(str, folder.glob("*/*/*.cpp")))
    result = subprocess.run([clang_format, "--dry-run", "--Werror", *files], capture_output=True, text=True, timeout=300)
    return result.stderr[:4000] if result.returncode or not files else None
