"""host.cpp: compiled with a device that keeps what it is given, it builds the program that run.py builds."""

import json
import os
import re
import shutil
import subprocess

import ml_dtypes
import numpy as np
import pytest
from support.running import ROOT, ttile
from test_runner import Ttnn, runner

COMPILER = shutil.which("g++") or shutil.which("clang++")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C++ compiler")
HERE = ROOT / "tests/emit"
FLAGS = "-std=c++20 -O0 -Wall -Wextra -Werror -Wno-unused-parameter".split()
INCLUDE = f"-I{ROOT / 'tests/metalium/host_api'}"


def compile_cpp(*words):
    result = subprocess.run([COMPILER, *FLAGS, INCLUDE, *map(str, words)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    object_file = tmp_path_factory.mktemp("device") / "device.o"
    compile_cpp("-c", HERE / "host_device.cpp", "-o", object_file)
    return object_file


class Host:
    def __init__(self, folder, device, *kernel):
        result = ttile("compile", *kernel, "--host=cpp", "-o", folder)
        assert result.returncode == 0, result.stderr
        (path,) = folder.glob("*/tt.plan.json")
        self.folder, self.plan = path.parent, json.loads(path.read_text())
        definitions = [f'-DKERNEL_FOLDER="{self.folder}"', f'-DHOST="{self.folder / "host.cpp"}"']
        compile_cpp(*definitions, HERE / "host_driver.cpp", device, "-o", folder / "host")
        self.program = folder / "host"

    def run(self, *words, code=0, **environment):
        log = self.program.parent / "log"
        environment = {**os.environ, "HOST_LOG": str(log), **environment}
        result = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, env=environment)
        assert result.returncode == code, result.stdout + result.stderr
        self.log = log.read_text() if log.exists() else ""
        return result

    def lines(self, word):
        return [line.removeprefix(f"{word} ") for line in self.log.splitlines() if line.startswith(f"{word} ")]


@pytest.fixture(scope="module")
def shards(tmp_path_factory, device):
    return Host(tmp_path_factory.mktemp("shards"), device, "tests/programs/legal/shards_in_place.ttir")


@pytest.fixture(scope="module")
def multicast(tmp_path_factory, device):
    return Host(tmp_path_factory.mktemp("multicast"), device, "tests/programs/legal/multicast_gemm.ttir")


# ---------------------------------------------------------------- the program


def areas(ranges):
    return "".join(f" {a[0]},{a[1]}-{b[0]},{b[1]}" for a, b in ranges)


def program_of_runner(host):
    """The log of the same program as run.py builds it."""
    ttnn = Ttnn(lambda *tensors: None)
    runner.run_on_device(ttnn, np, host.folder, host.plan, runner.make_inputs(np, host.folder, host.plan, {}, 0), 0)
    order = [tensor["name"] for tensor in host.plan["tensors"]]
    by_name = dict(zip([t["name"] for t in sorted(host.plan["tensors"], key=runner.is_output)], ttnn.order))
    addresses = {by_name[name].address: 0x1000 * (i + 1) for i, name in enumerate(order)}
    words = lambda list: "".join(f" {addresses.get(word, word)}" for word in list)
    kernels, arguments = [], []
    for number, kernel in enumerate(ttnn.program.kernels):
        kernels.append(f"compiled{words(kernel.compile_time_args)} cores{areas(kernel.core_ranges)}")
        for x, columns in sorted(kernel.runtime_args.items()):
            arguments += [f"{number} {x},{y} words{words(list)}" for y, list in sorted(columns.items())]
    semaphores = [f"{s.id} {s.initial_value} cores{areas(s.core_ranges)}" for s in ttnn.program.semaphores]
    buffers = [
        f"{cb.total_size}"
        + "".join(f" {f.buffer_index}:5:{f.page_size}" for f in cb.format_descriptors)
        + f" shard {order.index(next(n for n in order if by_name[n] is cb.buffer)) if hasattr(cb, 'buffer') else -1}"
        + f" cores{areas(cb.core_ranges)}"
        for cb in ttnn.program.cbs
    ]
    return kernels, sorted(arguments), semaphores, buffers


@pytest.mark.parametrize("name", ["multicast", "shards"])
def test_program_is_the_one_of_run_py(name, request):
    host = request.getfixturevalue(name)
    host.run()
    kernels, arguments, semaphores, buffers = program_of_runner(host)
    assert [re.sub(r".* (compiled)", r"\1", line) for line in host.lines("kernel")] == kernels
    assert sorted(host.lines("arguments")) == arguments
    assert host.lines("semaphore") == semaphores
    assert host.lines("circular_buffer") == buffers


def test_kernels_and_their_configurations(multicast):
    multicast.run()
    files = [line.split()[0] for line in multicast.lines("kernel")]
    assert files == [kernel["file"] for kernel in multicast.plan["kernels"]]
    (compute,) = [line for line in multicast.lines("kernel") if line.startswith("compute.cpp")]
    assert compute.startswith("compute.cpp fidelity 4 fp32 1 full 0 exact compiled")
    assert re.findall("^(reader|writer)$", multicast.log, re.MULTILINE) == ["reader", "reader", "writer", "writer"]


def test_shards_lie_on_their_cores(shards):
    shards.run()
    height = "16384 2048 l1 tensor 4 2 shard 1 2 on 0,0 1,0 0,1 1,1"
    assert shards.lines("buffer") == [height, "16384 2048 l1 tensor 4 2 shard 4 1 on 0,0 1,0", height]


# ---------------------------------------------------------------- pages


def faces(tile):
    height, width = tile.shape
    return tile.reshape(height // 16, 16, width // 16, 16).swapaxes(1, 2).ravel()


def expected_pages(shape, axes, order="row_major", tile=(32, 32)):
    """Elements in the order of their bytes, -1 in padding."""
    tensor = {"shape": shape}
    array = np.arange(int(np.prod(shape)), dtype=np.int64)
    array = runner.to_device_order(np, array, tensor, [axis if axis >= 0 else None for axis in axes])
    margins = [(0, 0)] * (array.ndim - 2) + [(0, -size % side) for size, side in zip(array.shape[-2:], tile)]
    array = np.pad(array, margins, constant_values=-1)
    pages = runner.into_pages(np, array, {"tile_id_order": order, "tile_shape": tile})
    tiles = runner.split_tiles(pages, tile)
    return np.concatenate([faces(part) for part in tiles.reshape(-1, *tile)])


@pytest.mark.parametrize(
    "name,shape,axes,order,tile",
    [
        ("matrix", [50, 100], [0, 1], "row_major", (32, 32)),
        ("columns", [50, 100], [0, 1], "column_major", (32, 32)),
        ("z", [3, 64, 128], [0, 1, 2], "z_order", (32, 32)),
        ("middle", [40, 3, 70], [1, 0, 2], "row_major", (32, 32)),
        ("turned", [2, 33, 40], [0, 2, 1], "row_major", (32, 32)),
        ("row", [100], [-1, 0], "row_major", (32, 32)),
        ("column", [100], [0, -1], "row_major", (32, 32)),
        ("flat", [50, 100], [0, 1], "row_major", (16, 32)),
        ("tall", [50, 100], [0, 1], "column_major", (32, 16)),
    ],
)
def test_pages(shards, name, shape, axes, order, tile):
    seen = np.array(shards.run("pages", name).stdout.split(), np.int64)
    assert (seen == expected_pages(shape, axes, order, tile)).all()


@pytest.mark.parametrize("name,blocks", [("shards", [(0, 0), (0, 1), (1, 0), (1, 1)]),
                                         ("shards_by_column", [(0, 0), (1, 0), (0, 1), (1, 1)])])  # fmt: skip
def test_pages_shard_by_shard(shards, name, blocks):
    seen = np.array(shards.run("pages", name).stdout.split(), np.int64)
    array = np.arange(256 * 128).reshape(256, 128)
    parts = [array[128 * i : 128 * i + 128, 64 * j : 64 * j + 64] for i, j in blocks]
    tiles = [part[r : r + 32, c : c + 32] for part in parts for r in range(0, 128, 32) for c in (0, 32)]
    assert (seen == np.concatenate([faces(tile) for tile in tiles])).all()


# ---------------------------------------------------------------- files and verdicts


@pytest.fixture
def numbers(tmp_path):
    """The stand-in copies A to C, which both are bfloat16."""
    array = np.random.default_rng(1).standard_normal((128, 64)).astype(np.float32)
    np.save(tmp_path / "a.npy", array)
    rounded = array.astype(ml_dtypes.bfloat16)
    np.save(tmp_path / "c.npy", rounded.astype(np.float64))
    np.save(tmp_path / "half.npy", rounded)
    return tmp_path


def test_verdicts(shards, numbers):
    given = ("--input", f"A={numbers}/a.npy", "--tolerance", "0")
    seen = shards.run(*given, "--expected", f"C={numbers}/c.npy", "--output", f"C={numbers}/out.npy")
    assert seen.stdout.splitlines()[-1] == "PASS"
    assert (np.load(numbers / "out.npy") == np.load(numbers / "c.npy")).all()
    assert "PASS" in shards.run(*given, "--expected", f"C={numbers}/half.npy").stdout
    wrong = np.load(numbers / "c.npy")
    wrong[77, 13] += 0.5
    np.save(numbers / "wrong.npy", wrong)
    assert shards.run(*given, "--expected", f"C={numbers}/wrong.npy", code=1).stdout.splitlines()[-1] == "FAIL"
    wrong[77, 13] = np.nan
    np.save(numbers / "wrong.npy", wrong)
    assert "FAIL" in shards.run(*given, "--expected", f"C={numbers}/wrong.npy", code=1).stdout
    assert "DONE" in shards.run(*given).stdout


def test_files_beside_the_plan(shards, numbers):
    for folder, name in (("inputs", "A"), ("expected", "C")):
        (shards.folder / folder).mkdir(exist_ok=True)
        shutil.copy(numbers / ("a.npy" if name == "A" else "c.npy"), shards.folder / folder / f"{name}.npy")
    try:
        assert "PASS" in shards.run("--tolerance", "0").stdout
    finally:
        shutil.rmtree(shards.folder / "inputs")
        shutil.rmtree(shards.folder / "expected")


def test_what_is_missing_is_said(shards, numbers):
    np.save(numbers / "small.npy", np.zeros((3, 3), np.float32))
    np.save(numbers / "text.npy", np.array(["a"] * 8192).reshape(128, 64))
    (numbers / "short.npy").write_bytes((numbers / "a.npy").read_bytes()[:500])
    (numbers / "none.npy").write_text("no array")
    np.save(numbers / "turned.npy", np.asfortranarray(np.load(numbers / "a.npy")))
    complaints = {"small": "another shape", "text": "elements of kind", "short": "ends too early",
                  "none": "no .npy file", "turned": "C order", "absent": "no .npy file"}  # fmt: skip
    for name, complaint in complaints.items():
        assert complaint in shards.run("--input", f"A={numbers}/{name}.npy", code=2).stderr
    assert "needs a value" in shards.run("--seed", code=2).stderr
    assert "--colour" in shards.run("--colour", "red", code=2).stderr
    assert "wormhole:n150" in shards.run(code=2, HOST_BLACKHOLE="1").stderr


def test_random_inputs_are_seeded(shards, tmp_path):
    seen = []
    for index, seed in enumerate((1, 1, 2)):
        shards.run("--seed", seed, "--output", f"C={tmp_path}/{index}.npy")
        seen.append(np.load(tmp_path / f"{index}.npy"))
    assert (seen[0] == seen[1]).all() and (seen[0] != seen[2]).any() and 0.9 < seen[0].std() < 1.1


# ---------------------------------------------------------------- several launches


def test_launches_run_in_order_on_the_same_tensors(tmp_path, device):
    """Y = X, Z = Y and 1 in the last place, then Y is read and written again: see host_device.cpp."""
    host = Host(tmp_path / "host", device, "tests/kernels/chains.py:three_steps", "M=64", "N=64")
    x = np.ones((64, 64), np.float32)
    z = x.copy()
    z[0, 0] = np.nextafter(np.float32(1), np.float32(2))
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "z.npy", z)
    given = ("--input", f"X={tmp_path}/x.npy", "--tolerance", "0", "--expected", f"Z={tmp_path}/z.npy")
    outputs = ("--output", f"Y={tmp_path}/y.npy", "--expected", f"Y={tmp_path}/x.npy")
    result = host.run(*given, *outputs)
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["Z", "Y", "PASS"]
    assert (np.load(tmp_path / "y.npy") == x).all()
    folders = [line.split("/")[-2] for line in host.lines("path")]
    assert sorted(set(folders), key=folders.index) == ["launch0", "launch1", "launch2"]
    assert folders == sorted(folders) and all((host.folder / folder).is_dir() for folder in folders)
    assert host.lines("launch") == ["0 buffers 2", "1 buffers 2", "2 buffers 2"]
    wrong = host.run(*given[:-1], f"Z={tmp_path}/x.npy", *outputs, code=1)
    assert wrong.stdout.splitlines()[-1] == "FAIL"


def test_only_results_are_judged(tmp_path, device):
    """What launches hand on to each other is no output of the kernel."""
    kernel = ("tests/kernels/chains.py:through_scratch", "M=64", "N=128", "K=64")
    host = Host(tmp_path / "host", device, *kernel)
    result = host.run()
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["D", "DONE (nothing was compared)"]
    assert not list(host.folder.glob("launch*/host.cpp"))
