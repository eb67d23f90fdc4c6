"""Every kernel of corners.py gives the numbers of the reference, with each optional pass and without it."""

import re

import pytest
from support.running import KERNELS, ttile_json

CORNERS = KERNELS / "corners.py"
ENTRIES = re.findall(r"^def (\w+)", CORNERS.read_text(), re.MULTILINE)


@pytest.mark.parametrize("options", [(), ("--disable=CoarsenK",), ("--disable=FuseTiles",), ("--double-buffer=false",)])
@pytest.mark.parametrize("entry", ENTRIES)
def test_corner(entry, options):
    assert ttile_json("run", f"{CORNERS}:{entry}", "--no-timing", "--threads", "1", *options)["pass"] is True


def test_more_buffers_than_bits(tmp_path):
    """More fragments than circular buffers: those that stay in DST do not count."""
    lines = [f'        F{i} = T.alloc_fragment((32, 32), "float32")' for i in range(70)]
    lines += ["        T.copy(A, F0)"]
    for i in range(1, 70):
        lines += ["        for i, j in T.Parallel(32, 32):", f"            F{i}[i, j] = F{i - 1}[i, j] + 1.0"]
    lines += ["        T.copy(F69, B)", ""]
    head = ["import tilelang.language as T", "", "", "@T.prim_func"]
    head += ['def many(A: T.Tensor((32, 32), "float32"), B: T.Tensor((32, 32), "float32")):', "    with T.Kernel(1) as bx:"]
    (tmp_path / "many.py").write_text("\n".join(head + lines))
    assert ttile_json("run", tmp_path / "many.py", "--no-timing")["pass"] is True
