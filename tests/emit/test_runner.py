"""run.py: what it builds from a plan, with objects that stand for ttnn's and keep what they are made of."""

import copy
import importlib.util
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from support.running import ROOT, ttile


def load_runner():
    spec = importlib.util.spec_from_file_location("runner", ROOT / "src/emit/runner.py")
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)
    return runner


runner = load_runner()


class Record(SimpleNamespace):
    """Any descriptor: keeps its arguments."""

    def __init__(self, *positional, **named):
        super().__init__(positional=positional, **named)


class Names:
    """Any enumeration: its members are their names."""

    def __getattr__(self, name):
        return name


class Grid(dict):
    def __missing__(self, key):
        self[key] = {}
        return self[key]


class DeviceTensor:
    count = 0

    def __init__(self, array):
        DeviceTensor.count += 1
        self.array, self.address = array, 0x1000 * DeviceTensor.count

    def buffer_address(self):
        return self.address

    def cpu(self):
        return self

    def to(self, device, memory):
        self.memory = memory
        return self

    def to_numpy(self):
        return self.array


class Ttnn(SimpleNamespace):
    """What the runner uses of ttnn. `answer` computes a launch: it gets the tensors on the device, outputs last."""

    def __init__(self, answer=None, arch="wormhole_b0"):
        records = "CBFormatDescriptor CBDescriptor SemaphoreDescriptor ComputeConfigDescriptor ReaderConfigDescriptor"
        records += " WriterConfigDescriptor ProgramDescriptor ShardSpec"
        super().__init__(**{name: type(name, (Record,), {}) for name in records.split()})
        for name in "MathFidelity UnpackToDestMode TensorMemoryLayout BufferType ShardOrientation".split():
            setattr(self, name, Names())
        self.KernelDescriptor = type("KernelDescriptor", (Record,), {"SourceType": Names()})
        self.TILE_LAYOUT = "TILE"
        self.CoreCoord = self.Shape = self.Tile = lambda *items: items[0] if len(items) == 1 else items
        self.CoreRange = lambda first, last: (first, last)
        self.CoreRangeSet = list
        self.RuntimeArgs = Grid
        for name in runner.FORMATS:
            setattr(self, name, name)
        self.get_arch_name = lambda: arch
        self.TensorAccessorArgs = lambda tensor: Record(get_compile_time_args=lambda: [2, tensor.address])
        self.closed, self.answer, self.program, self.order = 0, answer, None, None

    def Tensor(self, tensor, data_type, layout, tile):
        return DeviceTensor(tensor)

    def MemoryConfig(self, kind, buffer, shards=None):
        return Record(memory_layout=kind, buffer_type=buffer, shard_spec=shards)

    def TensorSpec(self, shape, dtype, layout, **memory):
        return Record(shape=shape, dtype=dtype, **memory)

    def to_dtype(self, tensor, dtype):
        return tensor

    def cb_descriptor_from_sharded_tensor(self, index, tensor, total_size, core_ranges):
        return self.CBDescriptor(total_size=total_size, core_ranges=core_ranges, format_descriptors=[], buffer=tensor)

    def allocate_tensor_on_device(self, spec, device):
        return DeviceTensor(np.full(spec.shape, np.nan, np.float32))

    def open_device(self, device_id):
        # Numbers of columns and rows as on a chip that translates them, row 4 being out of order.
        translate = lambda core: Record(x=core[0] + 18, y=core[1] + 18 + (core[1] > 3))
        return Record(compute_with_storage_grid_size=lambda: Record(x=8, y=8), worker_core_from_logical_core=translate)

    def close_device(self, device):
        self.closed += 1

    def generic_op(self, tensors, program):
        self.order, self.program = tensors, program
        self.answer(*tensors)


def compiled(folder, *words):
    result = ttile("compile", *words, "-o", folder)
    assert result.returncode == 0, result.stderr
    (path,) = folder.glob("*/tt.plan.json")
    return path.parent, json.loads(path.read_text())


@pytest.fixture(scope="module")
def gemm(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("gemm"), "examples/gemm.py")


@pytest.fixture(scope="module")
def batched(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("batched"), "examples/batched_gemm.py")


def random_inputs(plan, folder):
    return runner.make_inputs(np, folder, plan, {}, 0)


def gemm_answer(a, b, bias, c):
    c.array[:] = np.maximum(a.array @ b.array + bias.array, 0)


def test_run_of_a_gemm(gemm):
    folder, plan = gemm
    ttnn, inputs = Ttnn(gemm_answer), random_inputs(plan, folder)
    results = runner.run_on_device(ttnn, np, folder, plan, inputs, 0)
    expected = np.maximum(inputs["A"] @ inputs["B"] + inputs["bias"], 0)
    assert np.allclose(results["C"], expected)
    assert ttnn.closed == 1


def test_planes_are_permuted_and_back(batched):
    folder, plan = batched

    def answer(q, w, o):
        assert q.array.shape == (2, 4, 512, 128)  # batch, heads, sequence, width
        o.array[:] = q.array @ w.array

    inputs = random_inputs(plan, folder)
    results = runner.run_on_device(Ttnn(answer), np, folder, plan, inputs, 0)
    assert np.allclose(results["O"], np.einsum("bshk,hkn->bshn", inputs["Q"], inputs["W"]), atol=1e-4)


def test_vectors_are_rows_and_columns(tmp_path):
    folder, plan = compiled(tmp_path, "examples/elementwise.py")

    def answer(x, scale, shift, y):
        assert scale.array.shape == (1, 768) and shift.array.shape == (1024, 1)
        y.array[:] = x.array * scale.array + shift.array

    inputs = random_inputs(plan, folder)
    results = runner.run_on_device(Ttnn(answer), np, folder, plan, inputs, 0)
    expected = inputs["X"] * inputs["scale"] + inputs["shift"][:, None]
    assert np.allclose(results["Y"], expected)


def test_arguments_stand_as_kernels_read_them(tmp_path):
    folder, plan = compiled(tmp_path, "examples/gemm.py", "--disable=InferMulticast,BalanceMovers")
    ttnn = Ttnn(gemm_answer)
    runner.run_on_device(ttnn, np, folder, plan, random_inputs(plan, folder), 0)
    reader = next(kernel for kernel in ttnn.program.kernels if kernel.kernel_source.endswith("reader.cpp"))
    a, b, bias, _ = ttnn.order
    source = (folder / "reader.cpp").read_text()
    for index, name in enumerate(["A_address", "B_address", "bias_address", "item_start", "item_count"]):
        assert f"{name} = get_arg_val<" in source and f"{name} = get_arg_val<{'u' * (index < 3)}int32_t>({index})" in source
    assert reader.runtime_args[3][2] == [a.address, b.address, bias.address, 19, 1]
    entry = next(kernel for kernel in plan["kernels"] if kernel["thread"] == "reader")
    numbers = list(entry["compile_time_args"].values())
    assert reader.compile_time_args == numbers + [2, a.address, 2, b.address, 2, bias.address]
    assert f"TensorAccessorArgs<{len(numbers)}>()" in source
    for index, name in enumerate(entry["compile_time_args"]):
        assert f"{name} = get_compile_time_arg_val({index});" in source


def test_compute_configuration(gemm):
    folder, plan = gemm
    config = runner.compute_config(Ttnn(), plan)
    assert (config.math_fidelity, config.fp32_dest_acc_en, config.dst_full_sync_en) == ("HiFi4", True, False)
    exact = {index for index, mode in enumerate(config.unpack_to_dest_mode) if mode == "UnpackToDestFp32"}
    expected = {buffer["index"] for buffer in plan["circular_buffers"] if buffer["unpack"] == "dst"}
    assert exact == expected and expected


def test_aliases_share_their_bytes(gemm):
    plan = copy.deepcopy(gemm[1])
    owner = plan["circular_buffers"][0]
    plan["circular_buffers"].append({**owner, "name": "other", "index": 9, "alias": owner["name"]})
    descriptors = runner.circular_buffers(Ttnn(), plan, None, {})
    assert len(descriptors) == len(plan["circular_buffers"]) - 1
    assert [format.buffer_index for format in descriptors[0].format_descriptors] == [owner["index"], 9]
    assert descriptors[0].total_size == owner["pages"] * owner["page_bytes"]


def test_shards_are_circular_buffers(gemm):
    plan = copy.deepcopy(gemm[1])
    owner, tensor = plan["circular_buffers"][0], object()
    owner["shard"] = "A"
    plan["circular_buffers"].append({**owner, "name": "other", "index": 9, "alias": owner["name"], "shard": None})
    descriptor = runner.circular_buffers(Ttnn(), plan, "cores", {"A": tensor})[0]
    assert descriptor.buffer is tensor and descriptor.core_ranges == "cores"
    assert [format.buffer_index for format in descriptor.format_descriptors] == [owner["index"], 9]
    assert descriptor.total_size == owner["pages"] * owner["page_bytes"]


MULTICAST = "tests/programs/legal/multicast_gemm.ttir"


@pytest.fixture(scope="module")
def multicast(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("multicast"), MULTICAST)


def run_program(folder, plan, answer=lambda *tensors: None):
    ttnn = Ttnn(answer)
    runner.run_on_device(ttnn, np, folder, plan, random_inputs(plan, folder), 0)
    kernels = {os.path.basename(kernel.kernel_source): kernel for kernel in ttnn.program.kernels}
    return ttnn, kernels


def test_roles_have_their_kernels_and_cores(multicast):
    _, kernels = run_program(*multicast)
    one = lambda first, last: [(first, last)]
    assert {name: kernel.core_ranges for name, kernel in kernels.items()} == {
        "reader_send_A.cpp": one((0, 0), (0, 1)),
        "reader_receive_A.cpp": one((1, 0), (1, 1)),
        "compute.cpp": one((0, 0), (1, 1)),
        "writer_send_B.cpp": one((0, 0), (1, 0)),
        "writer_receive_B.cpp": one((0, 1), (1, 1)),
    }
    configurations = {name: type(kernel.config).__name__ for name, kernel in kernels.items()}
    assert configurations["reader_receive_A.cpp"] == "ReaderConfigDescriptor"
    assert configurations["writer_send_B.cpp"] == "WriterConfigDescriptor"


def test_coordinates_are_the_chips(multicast):
    folder, plan = multicast
    ttnn, kernels = run_program(folder, plan)
    a, b, c = ttnn.order
    assert kernels["reader_send_A.cpp"].runtime_args[0][1] == [a.address, 2, 19, 19, 19, 19]  # row, first, last
    assert kernels["reader_receive_A.cpp"].runtime_args[1][1] == [18, 19]
    assert kernels["writer_receive_B.cpp"].runtime_args[1][1] == [c.address, 2, 2, 19, 18]
    beyond = copy.deepcopy(plan)
    for core in beyond["cores"]:
        core["runtime_args"].update({name: 5 for name in core["runtime_args"] if name.endswith("sender_y")})
    _, kernels = run_program(folder, beyond)
    assert kernels["reader_receive_A.cpp"].runtime_args[1][1] == [18, 24]


def test_semaphores_are_numbered(multicast):
    folder, plan = multicast
    ttnn, kernels = run_program(folder, plan)
    semaphores = ttnn.program.semaphores
    assert [(item.id, item.initial_value) for item in semaphores] == [(0, 0), (1, 0), (2, 0), (3, 0)]
    assert semaphores[0].core_ranges == [((0, 0), (1, 1))]
    assert kernels["writer_send_B.cpp"].compile_time_args[:4] == [1, 16, 2, 3]
    source = (folder / "writer_send_B.cpp").read_text()
    assert "b_ready = get_compile_time_arg_val(2);" in source and "TensorAccessorArgs<4>()" in source


# Pages as the simulator numbers them: src/program/pages.c.
ORDERS = {
    "row_major": [[0, 1, 2, 3], [4, 5, 6, 7]],
    "column_major": [[0, 2, 4, 6], [1, 3, 5, 7]],
    "z_order": [[0, 1, 4, 5], [2, 3, 6, 7]],
}


@pytest.mark.parametrize("order", ORDERS)
def test_orders_of_tiles(order):
    layout = {"tile_id_order": order, "tile_shape": [32, 32]}
    expected = np.array(ORDERS[order])
    assert (runner.tile_numbers(np, order, 2, 4) == expected).all()
    assert sorted(runner.tile_numbers(np, order, 8, 2).ravel()) == list(range(16))
    array = np.arange(3 * 50 * 100, dtype=np.float32).reshape(3, 50, 100)
    stored = runner.into_pages(np, array, layout)
    assert list(stored.shape) == runner.stored_shape(layout, [3, 50, 100])
    for row, column in ((0, 0), (0, 1), (0, 2), (1, 0)):
        page = expected[row, column]
        tile = stored[1, page // 4 * 32 :, page % 4 * 32 :][:32, :32]
        own = array[1, row * 32 :, column * 32 :][:32, :32]
        assert (tile[: own.shape[0], : own.shape[1]] == own).all()
    assert (runner.out_of_pages(np, stored, layout, [3, 50, 100]) == array).all()


def test_z_order_of_tall_planes():
    assert runner.tile_numbers(np, "z_order", 4, 1).ravel().tolist() == [0, 1, 2, 3]
    assert runner.tile_numbers(np, "z_order", 4, 2).tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]


def accessor(layout, words):
    ttnn = Ttnn()
    ttnn.TensorAccessorArgs = lambda tensor: Record(get_compile_time_args=lambda: words)
    return runner.accessor_words(ttnn, {"layouts": {"A": layout}}, "A", None)


def home(words, page):
    """Bank and place of a page, as the vendor's TensorAccessor finds it."""
    _, _, rank, banks, *rest = words
    shape, shard, places = rest[:rank], rest[rank : 2 * rank], rest[2 * rank :]
    at = np.unravel_index(page, shape)
    counts = [-(-whole // part) for whole, part in zip(shape, shard)]
    number = np.ravel_multi_index([a // part for a, part in zip(at, shard)], counts)
    place = np.ravel_multi_index([a % part for a, part in zip(at, shard)], shard)
    word = places[number % banks // 2]
    return (word >> 16 if number % banks % 2 else word & 0xFFFF), int(place)


@pytest.mark.parametrize("order", ["row_major", "column_major"])
def test_pages_of_shards_are_together(order):
    # 2x2 shards of 4x2 tiles on banks 10 to 13.
    words = [1, 2048, 2, 4, 8, 4, 4, 2, 10 | 11 << 16, 12 | 13 << 16]
    layout = {"tile_id_order": "match_shard", "shard": {"order": order}}
    banks = [10, 11, 12, 13] if order == "row_major" else [10, 12, 11, 13]
    seen = [home(accessor(layout, words), page) for page in range(32)]
    assert seen == [(banks[page // 8], page % 8) for page in range(32)]
    assert accessor({**layout, "tile_id_order": "row_major"}, words) == words
    # Three banks: the last word is half full.
    words = [1, 2048, 1, 3, 12, 4, 10 | 11 << 16, 12]
    assert accessor(layout, words) == words


def test_small_tiles(tmp_path):
    layout = {"tile_id_order": "column_major", "tile_shape": [16, 32]}
    array = np.arange(40 * 70, dtype=np.float32).reshape(40, 70)
    stored = runner.into_pages(np, array, layout)
    assert stored.shape == (48, 96)
    assert (stored[0:16, 64:96] == array[32:, :32].tolist() + [[0] * 32] * 8).all()  # page 2: tile (2, 0)
    assert (runner.out_of_pages(np, stored, layout, [40, 70]) == array).all()


def test_tiles_and_memory_of_outputs(gemm):
    folder, plan = gemm
    ttnn, made = Ttnn(gemm_answer), []
    ttnn.allocate_tensor_on_device = lambda spec, device: made.append(spec) or DeviceTensor(np.zeros(spec.shape))
    runner.run_on_device(ttnn, np, folder, plan, random_inputs(plan, folder), 0)
    (spec,) = made
    assert spec.shape == plan["tensors"][-1]["shape"] and spec.tile == [32, 32]
    assert (spec.memory_layout, spec.buffer_type, spec.shard_spec) == ("INTERLEAVED", "DRAM", None)


def test_other_chip_is_refused(gemm):
    folder, plan = gemm
    ttnn = Ttnn(gemm_answer, arch="blackhole")
    with pytest.raises(runner.Missing, match="wormhole"):
        runner.run_on_device(ttnn, np, folder, plan, random_inputs(plan, folder), 0)
    assert ttnn.closed == 1


def test_native_float16_is_refused(gemm):
    plan = copy.deepcopy(gemm[1])
    plan["layouts"]["A"]["format"] = "float16"
    with pytest.raises(runner.Missing, match="--float16=native"):
        runner.format_of(plan, "A")


def test_inputs_are_rounded_to_their_format():
    values = np.array([1.0, 1.00390625, 1.01171875, -3.3, np.inf, np.nan], np.float32)
    rounded = runner.rounded(np, values, "bfloat16")
    assert rounded[:3].tolist() == [1.0, 1.0, 1.015625] and np.isinf(rounded[4]) and np.isnan(rounded[5])
    assert (rounded.view(np.uint32) & 0xFFFF == 0)[:5].all()


@pytest.mark.parametrize(
    "seen,verdict", [([1.0, 2.0], True), ([1.0, 2.1], False), ([1.0, np.nan], False), ([np.inf, 2.0], False)]
)
def test_verdicts(seen, verdict, capsys):
    assert runner.judge(np, "C", np.array(seen), np.array([1.0, 2.0]), 0.01) is verdict
    assert "largest error" in capsys.readouterr().out


def test_without_ttnn_it_says_so(gemm):
    folder, _ = gemm
    result = subprocess.run([sys.executable, "-S", str(folder / "run.py")], capture_output=True, text=True)
    assert result.returncode == 2
    assert "ttnn" in result.stderr and "pip install" in result.stderr


@pytest.fixture
def computer_with_ttnn(tmp_path, monkeypatch):
    """python3 finds a module ttnn, which is the stand-in of this file and computes examples/gemm.py."""
    (tmp_path / "ttnn.py").write_text(
        "from test_runner import Ttnn, gemm_answer\n"
        "instance = Ttnn(gemm_answer)\n"
        "def __getattr__(name):\n"
        "    return getattr(instance, name)\n"
    )
    folders = [tmp_path, ROOT / "tests", ROOT / "tests" / "emit"]
    monkeypatch.setenv("PYTHONPATH", ":".join(map(str, folders)))
    monkeypatch.setenv("PATH", f"{sys.prefix}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_ttile_runs_on_a_card_and_judges(computer_with_ttnn):
    result = ttile("run", "examples/gemm.py", "M=128", "N=128", "K=128", "--device=ttnn")
    assert result.returncode == 0, result.stderr
    assert "PASS" in result.stdout.splitlines()[-1]
    assert not list(computer_with_ttnn.glob("ttile-*"))


def test_runner_compares_with_the_reference(computer_with_ttnn, tmp_path):
    """`ttile compile --reference` writes what run.py reads by itself."""
    folder, plan = compiled(tmp_path / "out", "examples/gemm.py", "M=128", "N=128", "K=128", "--reference")
    inputs = {path.stem: np.load(path) for path in (folder / "inputs").iterdir()}
    assert inputs.keys() == {"A", "B", "bias"}
    expected = np.maximum(inputs["A"] @ inputs["B"] + inputs["bias"], 0)
    assert np.allclose(np.load(folder / "expected" / "C.npy"), expected, rtol=2**-7)
    result = subprocess.run([f"{sys.prefix}/bin/python", folder / "run.py"], capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == "PASS", result.stdout + result.stderr
    np.save(folder / "expected" / "C.npy", expected + 10)
    result = subprocess.run([f"{sys.prefix}/bin/python", folder / "run.py"], capture_output=True, text=True)
    assert result.returncode == 1 and result.stdout.splitlines()[-1] == "FAIL"


def test_ttile_sees_wrong_results(computer_with_ttnn):
    module = computer_with_ttnn / "ttnn.py"
    module.write_text(module.read_text().replace("Ttnn(gemm_answer)", "Ttnn(lambda a, b, bias, c: c.array.fill(1.0))"))
    result = ttile("run", "examples/gemm.py", "M=128", "N=128", "K=128", "--device=ttnn")
    assert result.returncode == 3  # the kernels are wrong, not the input
    assert "[result-mismatch]" in result.stderr


def test_ttile_without_ttnn(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "ttnn.py").write_text("raise ImportError('no card here')\n")
    result = ttile("run", "examples/gemm.py", "M=128", "N=128", "K=128", "--device=ttnn")
    assert result.returncode == 2
    assert "[device-failed]" in result.stderr and "pip install ttnn" in result.stderr
