"""IR text after every pass: printing and reading back is the identity, and any pass can go on from it."""

import re

import pytest

from support.running import KERNELS, ROOT, ttile, words

CASES = [
    (ROOT / "examples/gemm.py", {}),
    (KERNELS / "gemm.py:matmul_transposed", {"trans_A": True, "trans_B": True, "M": 100, "N": 70, "K": 90}),
    (KERNELS / "launches.py:strided_items", {"cores": 4, "M": 320, "N": 64}),
    (KERNELS / "elementwise.py:compare_and_select", {"M": 100, "N": 70}),
]


def without_numbers(text):
    """Fresh names count from what the text holds, so the numbers behind names may differ."""
    return re.sub(r"\b([A-Za-z]\w*?)(_\d+)+\b", r"\1", text)


def succeed(*arguments):
    result = ttile(*arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("kernel, bindings", CASES, ids=[str(kernel).rpartition("/")[2] for kernel, _ in CASES])
def test_every_pass(tmp_path, kernel, bindings):
    final = succeed("opt", kernel, *words(bindings), f"--dump-dir={tmp_path}")
    dumps = sorted(tmp_path.glob("*.ttir"))
    passes = [dump.stem.split("-", 1)[1] for dump in dumps]
    assert len(dumps) >= 16 and dumps[-1].read_text() == final
    for dump, following in zip(dumps, passes[1:] + [None]):
        text = dump.read_text()
        assert succeed("opt", dump, "--passes=") == text, f"{dump.name} does not read back"
        if following:
            gone_on = succeed("opt", dump, f"--start-before={following}")
            assert without_numbers(gone_on) == without_numbers(final), f"going on from {dump.name} differs"
