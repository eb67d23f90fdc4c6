"""Where `ttile compile` writes: its own folders again, those of others only when told to, and never a part."""

import hashlib
import json
import resource
import signal
import subprocess

import pytest
from support.running import ROOT, TTILE, ttile

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


def listing(folder):
    """Every file with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_plan_names_what_was_written(tmp_path):
    assert compiled(tmp_path, "--reference", "--host=cpp").returncode == 0
    folder = tmp_path / "matmul"
    files = json.loads((folder / "tt.plan.json").read_text())["files"]
    seen = listing(folder)
    assert set(files) == set(seen) and {"inputs/A.npy", "expected/C.npy", "host.cpp"} <= set(files)
    own = files.pop("tt.plan.json")
    assert files == {name: hashlib.sha256(seen[name]).hexdigest() for name in files}
    blank = seen["tt.plan.json"].replace(own.encode(), b"0" * 64)
    assert own == hashlib.sha256(blank).hexdigest()


def test_its_own_files_are_replaced_whole(tmp_path):
    """What the new plan does not name is gone: other roles, a host, the reference of another kernel."""
    sizes = ("M=256", "N=256", "K=64", "block_M=32", "block_N=32")
    assert ttile("compile", GEMM[0], *sizes, "--host=cpp", "--reference", "-o", tmp_path).returncode == 0
    assert any(name.startswith("reader_") for name in names(tmp_path))
    (tmp_path / "matmul" / "__pycache__").mkdir()
    (tmp_path / "matmul" / "inputs" / "mine.npy").write_text("data")
    assert compiled(tmp_path / "new", "--core-grid=1x1").returncode == 0
    result = compiled(tmp_path, "--core-grid=1x1")
    assert result.returncode == 0 and not result.stderr, result.stderr
    assert names(tmp_path) == FILES | {"__pycache__", "inputs"}
    expected = listing(tmp_path / "new" / "matmul") | {"inputs/mine.npy": b"data"}
    assert listing(tmp_path / "matmul") == expected


def test_launches_are_replaced_whole(tmp_path):
    source = (ROOT / "tests/kernels/chains.py").read_text()
    (tmp_path / "k.py").write_text(source)
    command = ("compile", f"{tmp_path / 'k.py'}:through_scratch", "M=64", "N=128", "K=64", "-o", tmp_path)
    assert ttile(*command, "--host=cpp").returncode == 0
    folder = tmp_path / "through_scratch"
    assert (folder / "host.cpp").exists()
    assert ttile(*command).returncode == 0
    assert (folder / "launch1" / "run.py").exists() and not (folder / "host.cpp").exists()
    (tmp_path / "k.py").write_text((ROOT / "tests/kernels/gemm.py").read_text().replace("def matmul(", "def through_scratch("))
    assert ttile(*command).returncode == 0
    assert {path.name for path in folder.iterdir()} == {name.replace("matmul", "through_scratch") for name in FILES}


@pytest.mark.parametrize("name", ["reader.cpp", "matmul.ttir", "run.py", "tt.plan.json"])
def test_changed_files_are_left_alone(tmp_path, name):
    assert compiled(tmp_path).returncode == 0
    path = tmp_path / "matmul" / name
    path.write_text(path.read_text() + "\n")
    before = listing(tmp_path)
    result = compiled(tmp_path, "--core-grid=1x1")
    assert result.returncode == 1 and "error[output-folder]" in result.stderr
    assert name in result.stderr and "changed" in result.stderr and "--force" in result.stderr
    assert listing(tmp_path) == before
    assert compiled(tmp_path, "--core-grid=1x1", "--force").returncode == 0
    assert listing(tmp_path)[f"matmul/{name}"] != before[f"matmul/{name}"]
    assert compiled(tmp_path).returncode == 0


def test_changed_files_stay_where_nothing_has_their_name(tmp_path):
    assert compiled(tmp_path, "--host=cpp").returncode == 0
    (tmp_path / "matmul" / "host.cpp").write_text("mine")
    assert compiled(tmp_path, "--force").returncode == 0
    assert names(tmp_path) == FILES | {"host.cpp"}, "CMakeLists.txt was its own"


def test_data_is_not_overwritten(tmp_path):
    inputs = tmp_path / "matmul" / "inputs"
    inputs.mkdir(parents=True)
    (inputs / "A.npy").write_text("mine")
    assert compiled(tmp_path).returncode == 0
    before = listing(tmp_path)
    result = compiled(tmp_path, "--reference")
    assert result.returncode == 1 and "error[output-folder]" in result.stderr and "inputs/A.npy" in result.stderr
    assert listing(tmp_path) == before
    assert compiled(tmp_path, "--reference", "--force").returncode == 0
    assert (inputs / "A.npy").read_bytes().startswith(b"\x93NUMPY")


def test_a_plan_names_nothing_outside(tmp_path):
    """A plan that somebody made, with the right digests of files that are not beside it."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    assert compiled(tmp_path).returncode == 0
    path = tmp_path / "matmul" / "tt.plan.json"
    plan = json.loads(path.read_text())
    own = plan["files"].pop("tt.plan.json")
    plan["files"] |= {"../victim": hashlib.sha256(b"mine").hexdigest(), "tt.plan.json": "0" * 64}
    text = json.dumps(plan, indent=1)
    digest = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(text.replace("0" * 64, digest))
    assert compiled(tmp_path, "--core-grid=1x1").returncode == 0 and own != digest
    assert victim.read_text() == "mine"


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


def test_nothing_is_half_written(tmp_path):
    """A name that cannot be written is noticed before any file is replaced."""
    assert compiled(tmp_path).returncode == 0
    (tmp_path / "matmul" / "writer.cpp").unlink()
    (tmp_path / "matmul" / "writer.cpp").mkdir()
    before = listing(tmp_path)
    result = compiled(tmp_path, "--core-grid=1x1", "--force")
    assert result.returncode == 1 and "error[file-unwritable]" in result.stderr
    assert listing(tmp_path) == before


def test_no_folder_is_left(tmp_path):
    """A kernel whose last file cannot be written leaves none, nor folders that were made for it."""
    limit = 10 * 1024  # bytes of a file: enough for kernels, too little for the reference
    command = [TTILE, "compile", *GEMM, "--reference", "-o", tmp_path / "out"]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True,
        preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))),
    )  # fmt: skip
    assert result.returncode == 1 and "error[file-unwritable]" in result.stderr, result.stderr
    assert not list(tmp_path.iterdir())


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
