"""Inputs and outputs that cannot be read or written: the code, the exit code, and nothing half-written."""

import os

import numpy as np
import pytest
from support.running import DIAGNOSTIC, KERNELS, ttile, words

SIZES = {"M": 64, "N": 64, "K": 32}
GOOD = np.ones((64, 32), np.float32)


def gemm(*options, cwd):
    return ttile("run", KERNELS / "gemm.py:matmul", *words(SIZES), *options, cwd=cwd)


def codes(result):
    return {found["code"] for found in DIAGNOSTIC.finditer(result.stderr)} | {
        word.split("]")[0] for word in result.stderr.split("error[")[1:]
    }


def refused(result, code, exit_code=1):
    assert code in codes(result), f"expected {code}\n{result.stderr}"
    assert result.returncode == exit_code
    return result


def npy_bytes(array, **header):
    """A .npy file with some of its header's fields replaced."""
    fields = {"descr": "<f4", "fortran_order": False, "shape": array.shape, **header}
    text = repr(fields).encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + array.tobytes()


WHOLE = npy_bytes(GOOD)
BAD = {
    "empty": (b"", "npy-format"),
    "magic": (b"not an npy file at all, but long enough to be one" * 4, "npy-format"),
    "header cut": (WHOLE[:40], "npy-truncated"),
    "data cut": (WHOLE[:-5], "npy-truncated"),
    "too long": (WHOLE + b"more", "npy-trailing"),
    "version": (WHOLE[:6] + b"\x09" + WHOLE[7:], "npy-format"),
    "header length": (WHOLE[:8] + b"\xff\xff" + WHOLE[10:], "npy-truncated"),
    "wrong dtype": (npy_bytes(GOOD.astype(np.complex64), descr="<c8"), "npy-dtype"),
    "integers": (npy_bytes(GOOD.astype(np.int32), descr="<i4"), "npy-dtype"),
    "object": (npy_bytes(GOOD, descr="|O"), "npy-dtype"),
    "big endian": (npy_bytes(GOOD.astype(">f4"), descr=">f4"), "npy-endian"),
    "fortran order": (npy_bytes(GOOD, fortran_order=True), "npy-order"),
    "wrong shape": (npy_bytes(np.ones((32, 64), np.float32)), "npy-shape"),
    "wrong rank": (npy_bytes(np.ones((64 * 32,), np.float32)), "npy-shape"),
    "huge shape": (npy_bytes(GOOD, shape=(2**62, 2**62)), "npy-shape"),
    "negative shape": (npy_bytes(GOOD, shape=(-64, -32)), "npy-format"),
    "no shape": (WHOLE.replace(b"'shape'", b"'shaqe'"), "npy-format"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_npy(tmp_path, name):
    content, code = BAD[name]
    (tmp_path / "a.npy").write_bytes(content)
    refused(gemm("--input", "A=a.npy", cwd=tmp_path), code)


def test_good_npy(tmp_path):
    (tmp_path / "a.npy").write_bytes(WHOLE)
    result = gemm("--input", "A=a.npy", cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def test_missing_input(tmp_path):
    refused(gemm("--input", "A=none.npy", cwd=tmp_path), "file-unreadable")


def test_input_is_a_folder(tmp_path):
    refused(gemm("--input", f"A={tmp_path}", cwd=tmp_path), "file-unreadable")


def test_unknown_tensor(tmp_path):
    np.save(tmp_path / "a.npy", GOOD)
    refused(gemm("--input", "Q=a.npy", cwd=tmp_path), "unknown-tensor")
    refused(gemm("--output", "Q=q.npy", cwd=tmp_path), "unknown-tensor")
    assert not (tmp_path / "q.npy").exists()


@pytest.mark.parametrize("path", ["missing/c.npy", "folder"])
def test_unwritable_output(tmp_path, path):
    (tmp_path / "folder").mkdir()
    refused(gemm("--output", f"C={path}", cwd=tmp_path), "file-unwritable")
    assert sorted(os.listdir(tmp_path)) == ["folder"]


def test_output_folder_is_a_file(tmp_path):
    (tmp_path / "plain").write_text("kept")
    result = ttile("compile", KERNELS / "gemm.py:matmul", *words(SIZES), "-o", "plain", cwd=tmp_path)
    refused(result, "file-unwritable")
    assert (tmp_path / "plain").read_text() == "kept"


def test_missing_source(tmp_path):
    refused(ttile("run", "none.py", cwd=tmp_path), "file-unreadable")


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xff\xfe" + b"x" * 100, b"", b"\r\n\r\n", b"def f(:\n", b"\t x = 1"])
def test_source_of_garbage(tmp_path, content):
    (tmp_path / "k.py").write_bytes(content)
    result = ttile("run", "k.py", cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    assert "error[" in result.stderr
