"""Where `ttile compile` writes: its own folders again, those of others only when told to, and never a part."""

import pytest
from support.running import ROOT, ttile

GEMM = ("tests/kernels/gemm.py:matmul", "M=64", "N=64", "K=64")
FILES = {"compute.cpp", "matmul.ttir", "reader.cpp", "run.py", "tt.plan.json", "writer.cpp"}
HOST = {"host.cpp", "CMakeLists.txt"}


def compiled(folder, *words):
    return ttile("compile", *GEMM, *words, "-o", folder)


def names(folder):
    return {path.name for path in (folder / "matmul").iterdir()}


def test_what_is_written(tmp_path):
    assert compiled(tmp_path).returncode == 0
    assert names(tmp_path) == FILES


def test_its_own_files_are_written_again(tmp_path):
    assert compiled(tmp_path, "--host=cpp").returncode == 0
    for name in ("inputs", "expected"):
        (tmp_path / "matmul" / name).mkdir()
    (tmp_path / "matmul" / "reader_send_A_shared.cpp").write_text("of an earlier compilation")
    before = (tmp_path / "matmul" / "tt.plan.json").read_bytes()
    result = compiled(tmp_path, "--core-grid=1x1")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "matmul" / "tt.plan.json").read_bytes() != before
    assert "host.cpp is of an earlier plan" in result.stderr
    assert "host.cpp" not in compiled(tmp_path, "--host=cpp").stderr


@pytest.mark.parametrize("name", ["notes.txt", "matmul.py", "readme.cpp", ".git"])
def test_folders_of_others_are_left_alone(tmp_path, name):
    (tmp_path / "matmul").mkdir()
    (tmp_path / "matmul" / name).write_text("mine")
    result = compiled(tmp_path)
    assert result.returncode == 1 and "error[output-folder]" in result.stderr
    assert name in result.stderr and "--force" in result.stderr
    assert names(tmp_path) == {name}
    assert compiled(tmp_path, "--force").returncode == 0
    assert names(tmp_path) == FILES | {name}
    assert (tmp_path / "matmul" / name).read_text() == "mine"


def test_no_plan_is_left_for_other_kernels(tmp_path):
    assert compiled(tmp_path).returncode == 0
    (tmp_path / "matmul" / "writer.cpp").unlink()
    (tmp_path / "matmul" / "writer.cpp").mkdir()
    result = compiled(tmp_path, "--core-grid=1x1")
    assert result.returncode == 1 and "error[file-unwritable]" in result.stderr
    assert "tt.plan.json" not in names(tmp_path)
    assert not [name for name in names(tmp_path) if ".tmp-" in name]


def test_a_refused_kernel_writes_nothing(tmp_path):
    result = ttile("compile", GEMM[0], "M=64", "N=64", "K=-1", "-o", tmp_path)
    assert result.returncode == 1
    assert not list(tmp_path.iterdir())


def test_hosts(tmp_path):
    assert compiled(tmp_path / "python", "--host=python").returncode == 0
    assert names(tmp_path / "python") == FILES
    assert compiled(tmp_path / "cpp", "--host=cpp").returncode == 0
    assert names(tmp_path / "cpp") == FILES | HOST
    result = compiled(tmp_path / "rust", "--host=rust")
    assert result.returncode == 1 and "expected python or cpp, got `rust`" in result.stderr
    assert not (tmp_path / "rust").exists()


def test_host_refuses_what_it_lacks(tmp_path):
    text = (ROOT / "tests/programs/legal/stream_single_page.ttir").read_text()
    (tmp_path / "half.ttir").write_text(text.replace("bfloat16", "float16"))
    assert ttile("compile", tmp_path / "half.ttir", "-o", tmp_path / "python").returncode == 0
    result = ttile("compile", tmp_path / "half.ttir", "--host=cpp", "-o", tmp_path / "cpp")
    assert result.returncode == 2 and "error[emit-format]" in result.stderr, result.stderr
    assert not (tmp_path / "cpp").exists()


def test_reference(tmp_path):
    assert compiled(tmp_path, "--reference").returncode == 0
    assert names(tmp_path) == FILES | {"inputs", "expected"}
    files = {f"{path.parent.name}/{path.name}" for path in (tmp_path / "matmul").glob("*/*.npy")}
    assert files == {"inputs/A.npy", "inputs/B.npy", "expected/C.npy"}
    assert compiled(tmp_path, "--reference").returncode == 0  # its own folder still


def test_reference_of_a_kernel_that_fails(tmp_path):
    """What the reference refuses is not compiled; thread programs have no reference."""
    result = ttile("compile", "tests/programs/legal/multicast_row.ttir", "--reference", "-o", tmp_path)
    assert result.returncode == 1 and "error[already-lowered]" in result.stderr
    assert not list(tmp_path.iterdir())


def test_reference_of_several_launches(tmp_path):
    kernel = ("tests/kernels/chains.py:three_steps", "M=64", "N=64")
    result = ttile("compile", *kernel, "--reference", "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    (folder,) = tmp_path.iterdir()
    assert {"inputs", "expected", "launch0"} <= {path.name for path in folder.iterdir()}
    assert not list(folder.glob("launch*/expected"))


def test_names_are_made_legal(tmp_path):
    result = ttile("compile", "tests/emit/names.py", "--host=cpp", "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    (host,) = tmp_path.glob("*/host.cpp")
    text = host.read_text()
    assert text.isascii() and '.name = "\\316\\261"' in text
    project = (host.parent / "CMakeLists.txt").read_text()
    assert project.isascii() and "project(template LANGUAGES CXX)" in project
