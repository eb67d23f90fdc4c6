"""The functions that kernels carry, compiled for this computer: pages of L1 hold what the simulator puts there."""

import re
import shutil
import struct
import subprocess

import ml_dtypes
import numpy as np
import pytest
from support.running import ROOT

COMPILER = shutil.which("g++") or shutil.which("clang++") or shutil.which("clang")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C++ compiler")

DRIVER = r"""
typedef unsigned uint32_t;
typedef int int32_t;
#define tt_l1_ptr
extern "C" void *mmap(void *, unsigned long, int, int, int, long);
extern "C" int printf(const char *, ...);
extern "C" int scanf(const char *, ...);
%s
int main() {
    // 32-bit addresses, as on the chip: the first two gigabytes of the address space.
    uint32_t *page = static_cast<uint32_t *>(mmap(0, 8192, 3, 0x62, -1, 0));
    const uint32_t address = static_cast<uint32_t>(reinterpret_cast<unsigned long>(page));
    int a, b, c, operation;
    unsigned bytes, word;
    while (scanf("%%d %%d %%d %%d %%u %%u", &operation, &a, &b, &c, &bytes, &word) == 6) {
        int32_t result = 0;
        if (operation == 0) result = floor_divide(a, b);
        if (operation == 1) result = floor_modulo(a, b);
        if (operation == 2) result = minimum(a, b);
        if (operation == 3) result = maximum(a, b);
        if (operation == 4) result = static_cast<int32_t>(float_bits(a));
        if (operation < 5) {
            printf("%%d\n", result);
            continue;
        }
        for (unsigned i = 0; i < 1024; ++i) page[i] = 0x10000 * (2 * i + 1) + 2 * i;
        if (operation == 5) fill_page(address, bytes, word);
        if (operation == 6) fill_page_edge(address, bytes, static_cast<uint32_t>(a), static_cast<uint32_t>(b), word);
        if (operation == 7) fill_page_index(address, bytes, a ? Axis::row : Axis::column);
        for (unsigned i = 0; i < 1024; ++i) printf("%%u ", page[i]);
        printf("\n");
    }
}
"""


def helper_text():
    """The texts of helpers.def, as the C compiler joins them."""
    table = (ROOT / "src/emit/helpers.def").read_text()
    strings = re.findall(r'^ *(?:HELPER\(\w+,)? *"((?:[^"\\]|\\.)*)"\)?$', table, re.MULTILINE)
    return "".join(string.replace(r"\n", "\n").replace(r"\"", '"') for string in strings)


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    folder = tmp_path_factory.mktemp("helpers")
    source, program = folder / "driver.cpp", folder / "driver"
    source.write_text(DRIVER % helper_text())
    command = [COMPILER, "-x", "c++", "-std=c++17", "-O1", "-w", str(source), "-o", str(program)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode and "fatal error" in result.stderr:
        pytest.skip("the compiler has no C++")
    assert result.returncode == 0, result.stderr

    def run(lines):
        text = "\n".join(" ".join(map(str, line)) for line in lines)
        result = subprocess.run([str(program)], input=text, capture_output=True, text=True, check=True)
        return [np.array(line.split(), np.int64) for line in result.stdout.splitlines()]

    return run


NUMBERS = [-100, -33, -32, -31, -1, 0, 1, 5, 31, 32, 33, 2**31 - 1]


def test_integers(call):
    pairs = [(a, b) for a in NUMBERS for b in (-32, -7, -1, 1, 7, 32) if (a, b) != (-(2**31), -1)]
    expected = {0: lambda a, b: a // b, 1: lambda a, b: a % b, 2: min, 3: max}
    for operation, function in expected.items():
        seen = call([(operation, a, b, 0, 0, 0) for a, b in pairs])
        assert [int(value[0]) for value in seen] == [function(a, b) for a, b in pairs]


def test_integers_as_floats(call):
    numbers = [*NUMBERS, -(2**31), 2**24 + 1, 2**24 + 3, 2**25 + 2, 2**25 + 6, 123456789, -987654321]
    seen = call([(4, number, 0, 0, 0, 0) for number in numbers])
    bits = [struct.unpack("<i", struct.pack("<f", np.float32(number)))[0] for number in numbers]
    assert [int(value[0]) for value in seen] == bits


def tile_of(words, bytes_of_page):
    """A page's elements as a 32x32 tile: four 16x16 faces, row by row."""
    data = words.astype(np.uint32).tobytes()[:bytes_of_page]
    elements = np.frombuffer(data, np.uint32 if bytes_of_page == 4096 else np.uint16)
    faces = elements.reshape(2, 2, 16, 16)
    return faces.transpose(0, 2, 1, 3).reshape(32, 32)


def before(bytes_of_page):
    i = np.arange(1024, dtype=np.uint32)
    return tile_of(0x10000 * (2 * i + 1) + 2 * i, bytes_of_page)


@pytest.mark.parametrize("bytes_of_page", [2048, 4096])
def test_pages(call, bytes_of_page):
    word = 0x3F803F80 if bytes_of_page == 2048 else 0x3F800000
    value = word & 0xFFFF if bytes_of_page == 2048 else word
    (words,) = call([(5, 0, 0, 0, bytes_of_page, word)])
    assert (tile_of(words, bytes_of_page) == value).all()


@pytest.mark.parametrize("bytes_of_page", [2048, 4096])
def test_edges(call, bytes_of_page):
    word = 0x3F803F80 if bytes_of_page == 2048 else 0x3F800000
    value = word & 0xFFFF if bytes_of_page == 2048 else word
    sides = [0, 1, 2, 15, 16, 17, 31, 32]
    places = [(rows, columns) for rows in sides for columns in sides]
    for (rows, columns), words in zip(places, call([(6, r, c, 0, bytes_of_page, word) for r, c in places])):
        expected = before(bytes_of_page).copy()
        expected[rows:, :] = value
        expected[:, columns:] = value
        assert (tile_of(words, bytes_of_page) == expected).all(), (rows, columns)


@pytest.mark.parametrize("bytes_of_page,dtype", [(2048, ml_dtypes.bfloat16), (4096, np.float32)])
def test_indices(call, bytes_of_page, dtype):
    rows, columns = np.indices((32, 32))
    for by_row, expected in ((1, rows), (0, columns)):
        (words,) = call([(7, by_row, 0, 0, bytes_of_page, 0)])
        assert (tile_of(words, bytes_of_page).view(dtype).astype(np.int64) == expected).all()
