#!/usr/bin/env python3
"""Runs the kernels beside this file on a Tenstorrent card, as tt.plan.json says, and compares their outputs.

    python3 run.py [--input NAME=FILE.npy] [--expected NAME=FILE.npy] [--output NAME=FILE.npy]

Inputs that are not given are read from inputs/NAME.npy beside the plan, or drawn at random from --seed. Outputs are
compared with --expected or expected/NAME.npy. `ttile run FILE --device=ttnn` writes both and calls this.

Exit codes: 0 done, 1 an output is wrong, 2 something is missing: ttnn, a device, or support for what the plan asks.
"""

import argparse
import json
import math
import sys
from pathlib import Path

ARCHITECTURES = {"wormhole": "wormhole_b0", "blackhole": "blackhole"}
# Names of ttnn for formats, and the numpy type that holds their values on the host.
FORMATS = {
    "bfloat16": ("bfloat16", "float32"),
    "float32": ("float32", "float32"),
    "int32": ("int32", "int32"),
    "uint32": ("uint32", "uint32"),
    "uint16": ("uint16", "uint16"),
    "uint8": ("uint8", "uint8"),
}
# Largest error, relative to the largest expected value, if --tolerance does not say another.
TOLERANCES = {"bfloat16": 2e-2, "float32": 5e-3}


class Missing(Exception):
    """Something that the run needs is not there."""


# ---------------------------------------------------------------- host


def import_ttnn():
    try:
        import numpy
        import ttnn
    except ImportError as error:
        raise Missing(f"{error}. Install the vendor's stack first: pip install ttnn==0.81.1") from None
    return ttnn, numpy


def format_of(plan, name):
    """The format that a tensor has on the device."""
    stored = plan["layouts"][name]["format"]
    if stored == "float16":
        raise Missing(
            f"{name} is stored as float16 (--float16=native), which is not checked to work with bfloat16 buffers on the "
            "chip. Compile with --float16=bfloat16."
        )
    if stored not in FORMATS:
        raise Missing(f"{name} has the format {stored}; ttnn takes {', '.join(FORMATS)}.")
    return stored


def rounded(numpy, array, stored):
    """To the nearest value of the format, ties to even."""
    array = numpy.ascontiguousarray(array, FORMATS[stored][1])
    if stored != "bfloat16":
        return array
    bits = array.view(numpy.uint32).astype(numpy.uint64)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return numpy.where(numpy.isnan(array), array, bits.astype(numpy.uint32).view(numpy.float32))


def load(numpy, path):
    array = numpy.load(path)
    if array.dtype.kind == "V" and array.dtype.itemsize == 2:  # bfloat16, for which numpy has no name
        array = (array.view(numpy.uint16).astype(numpy.uint32) << 16).view(numpy.float32)
    return array


def axes_of(plan, tensor):
    """The order of a tensor's dimensions on the device: those outside of the tile plane, then its rows and columns.

    ttnn tiles the last two dimensions. A vector has one dimension in the plane; None stands for the other, of extent 1.
    """
    plane = [dimension if dimension >= 0 else None for dimension in plan["layouts"][tensor["name"]]["tile_plane"]]
    outer = [dimension for dimension in range(len(tensor["shape"])) if dimension not in plane]
    return outer + plane


def device_shape(tensor, axes):
    return [1 if axis is None else tensor["shape"][axis] for axis in axes]


def to_device_order(numpy, array, tensor, axes):
    array = array.reshape(tensor["shape"]).transpose([axis for axis in axes if axis is not None])
    return numpy.ascontiguousarray(array.reshape(device_shape(tensor, axes)))


def from_device_order(numpy, array, tensor, axes):
    present = [axis for axis in axes if axis is not None]
    array = array.reshape([tensor["shape"][axis] for axis in present])
    return numpy.ascontiguousarray(array.transpose(numpy.argsort(present)))


# ---------------------------------------------------------------- order of pages


def z_order(numpy, rows, columns):
    """Bits of row and column take turns while both have some left."""
    row, column = numpy.indices((rows, columns))
    number, place = numpy.zeros((rows, columns), int), 1
    while rows > 1 and columns > 1:
        number += (column % 2 + row % 2 * 2) * place
        rows, columns, row, column, place = rows // 2, columns // 2, row // 2, column // 2, place * 4
    return number + (row + column) * place


def tile_numbers(numpy, order, rows, columns):
    """The page of each tile of a plane; ttnn itself counts row by row."""
    if order == "column_major":
        return numpy.arange(rows * columns).reshape(columns, rows).T
    if order == "z_order":
        return z_order(numpy, rows, columns)
    return numpy.arange(rows * columns).reshape(rows, columns)  # row_major; match_shard renumbers the accessor instead


def split_tiles(array, tile):
    *_, rows, columns = array.shape
    tiles = array.reshape(-1, rows // tile[0], tile[0], columns // tile[1], tile[1]).swapaxes(2, 3)
    return tiles.reshape(tiles.shape[0], -1, *tile)


def join_tiles(tiles, shape):
    *_, height, width = tiles.shape
    return tiles.reshape(-1, shape[-2] // height, shape[-1] // width, height, width).swapaxes(2, 3).reshape(shape)


def page_order(numpy, layout, shape):
    """The page of each tile of a plane, tiles counted row by row."""
    rows, columns = (size // side for size, side in zip(shape[-2:], layout["tile_shape"]))
    return tile_numbers(numpy, layout["tile_id_order"], rows, columns).ravel()


def is_renumbered(layout):
    return layout["tile_id_order"] in ("column_major", "z_order")


def stored_shape(layout, shape):
    """What ttnn is told: where it must not count pages itself, whole tiles."""
    if not is_renumbered(layout):
        return shape
    return [*shape[:-2], *(-(-size // side) * side for size, side in zip(shape[-2:], layout["tile_shape"]))]


def into_pages(numpy, array, layout):
    """The same tiles, each where ttnn counts it as the page that the plan gives it."""
    if not is_renumbered(layout):
        return array
    shape = stored_shape(layout, array.shape)
    margins = [(0, whole - size) for whole, size in zip(shape, array.shape)]
    tiles = split_tiles(numpy.pad(array, margins), layout["tile_shape"])
    pages = numpy.empty_like(tiles)
    pages[:, page_order(numpy, layout, shape)] = tiles
    return join_tiles(pages, shape)


def out_of_pages(numpy, array, layout, shape):
    if not is_renumbered(layout):
        return array
    pages = split_tiles(array, layout["tile_shape"])
    tiles = pages[:, page_order(numpy, layout, array.shape)]
    return join_tiles(tiles, array.shape)[..., : shape[-2], : shape[-1]]


# ---------------------------------------------------------------- tensors on the device


def memory_config(ttnn, plan, name):
    layout = plan["layouts"][name]
    buffer = ttnn.BufferType.DRAM if layout["space"] == "dram" else ttnn.BufferType.L1
    kind = getattr(ttnn.TensorMemoryLayout, layout["memory"].upper())
    if layout["shard"] is None:
        return ttnn.MemoryConfig(kind, buffer)
    shard = layout["shard"]
    order = ttnn.ShardOrientation.ROW_MAJOR if shard["order"] == "row_major" else ttnn.ShardOrientation.COL_MAJOR
    grid = core_range_set(ttnn, [{"start": [0, 0], "extent": shard["grid"]}])
    return ttnn.MemoryConfig(kind, buffer, ttnn.ShardSpec(grid, shard["shape"], order))


def upload(ttnn, array, dtype, tile, memory, device):
    """Made on the host, so that no program of ttnn's own changes it on its way."""
    return ttnn.Tensor(tensor=array, data_type=dtype, layout=ttnn.TILE_LAYOUT, tile=tile).to(device, memory)


def allocate(ttnn, shape, dtype, tile, memory, device):
    spec = ttnn.TensorSpec(
        ttnn.Shape(shape),
        dtype,
        ttnn.TILE_LAYOUT,
        memory_layout=memory.memory_layout,
        shard_spec=memory.shard_spec,
        buffer_type=memory.buffer_type,
        tile=tile,
    )
    return ttnn.allocate_tensor_on_device(spec, device)


def download(ttnn, tensor, stored):
    tensor = tensor.cpu()
    if stored == "bfloat16":
        tensor = ttnn.to_dtype(tensor, ttnn.float32)  # numpy has no bfloat16
    return tensor.to_numpy()


def make_tensors(ttnn, numpy, plan, inputs, device):
    """Every tensor of the plan on the device, by name."""
    tensors = {}
    for tensor in plan["tensors"]:
        name, axes, layout = tensor["name"], axes_of(plan, tensor), plan["layouts"][tensor["name"]]
        dtype = getattr(ttnn, FORMATS[format_of(plan, name)][0])
        memory, tile = memory_config(ttnn, plan, name), ttnn.Tile(layout["tile_shape"])
        if name in inputs:
            array = into_pages(numpy, to_device_order(numpy, inputs[name], tensor, axes), layout)
            tensors[name] = upload(ttnn, array, dtype, tile, memory, device)
        else:
            shape = stored_shape(layout, device_shape(tensor, axes))
            tensors[name] = allocate(ttnn, shape, dtype, tile, memory, device)
    return tensors


def read_tensor(ttnn, numpy, plan, tensor, on_device):
    """A tensor of the device as the kernel's caller knows it."""
    name, axes = tensor["name"], axes_of(plan, tensor)
    stored, shape = format_of(plan, name), device_shape(tensor, axes)
    array = download(ttnn, on_device, stored).reshape(stored_shape(plan["layouts"][name], shape))
    array = out_of_pages(numpy, array, plan["layouts"][name], shape)
    return from_device_order(numpy, array, tensor, axes).astype(FORMATS[stored][1])


def accessor_words(ttnn, plan, name, tensor):
    """What a kernel's TensorAccessor is made of.

    ttnn counts the pages of a tensor row by row. With `match_shard` they are counted shard by shard: for the accessor
    the tensor is then one row of pages, cut into pieces as long as a shard.
    """
    words = list(ttnn.TensorAccessorArgs(tensor).get_compile_time_args())
    layout = plan["layouts"][name]
    if layout["tile_id_order"] != "match_shard":
        return words
    kind, page_bytes, rank, banks = words[:4]
    tensor_shape, shard_shape, coordinates = words[4 : 4 + rank], words[4 + rank : 4 + 2 * rank], words[4 + 2 * rank :]
    counts = [whole // part for whole, part in zip(tensor_shape, shard_shape)]
    shards, pages = math.prod(counts), math.prod(shard_shape)
    places = [half for word in coordinates for half in (word & 0xFFFF, word >> 16)]  # of banks, two in each word
    if layout["shard"]["order"] == "column_major" and rank == 2:
        by_columns = [row * counts[1] + column for column in range(counts[1]) for row in range(counts[0])]
        places[:shards] = [places[shard] for shard in by_columns]
    packed = [places[i] | places[i + 1] << 16 for i in range(0, len(places), 2)]
    return [kind, page_bytes, 1, banks, shards * pages, pages, *packed]


# ---------------------------------------------------------------- the program


def core_range_set(ttnn, ranges):
    corners = [(r["start"], [r["start"][i] + r["extent"][i] - 1 for i in range(2)]) for r in ranges]
    return ttnn.CoreRangeSet([ttnn.CoreRange(ttnn.CoreCoord(*first), ttnn.CoreCoord(*last)) for first, last in corners])


def buffer_format(ttnn, buffer):
    return ttnn.CBFormatDescriptor(
        buffer_index=buffer["index"],
        data_format=getattr(ttnn, FORMATS[buffer["format"]][0]),
        page_size=buffer["page_bytes"],
    )


def circular_buffer(ttnn, owner, size, formats, cores, tensors):
    """A stretch of L1 of its own, or the one that a shard of a tensor has."""
    if owner["shard"] is None:
        return ttnn.CBDescriptor(total_size=size, core_ranges=cores, format_descriptors=formats)
    descriptor = ttnn.cb_descriptor_from_sharded_tensor(
        owner["index"], tensors[owner["shard"]], total_size=size, core_ranges=cores
    )
    descriptor.format_descriptors = formats
    return descriptor


def circular_buffers(ttnn, plan, cores, tensors):
    """One descriptor for each stretch of L1; aliases are further formats of the same one."""
    buffers = plan["circular_buffers"]
    descriptors = []
    for owner in [buffer for buffer in buffers if buffer["alias"] is None]:
        sharing = [owner] + [buffer for buffer in buffers if buffer["alias"] == owner["name"]]
        size = owner["pages"] * owner["page_bytes"]
        formats = [buffer_format(ttnn, buffer) for buffer in sharing]
        descriptors.append(circular_buffer(ttnn, owner, size, formats, cores, tensors))
    return descriptors


def semaphores(ttnn, plan, cores):
    return [
        ttnn.SemaphoreDescriptor(id=semaphore["index"], core_ranges=cores, initial_value=semaphore["initial"])
        for semaphore in plan["semaphores"]
    ]


def compute_config(ttnn, plan):
    compute = plan["compute"]
    config = ttnn.ComputeConfigDescriptor(
        math_fidelity=getattr(ttnn.MathFidelity, compute["math_fidelity"]),
        fp32_dest_acc_en=compute["fp32_dst"],
        dst_full_sync_en=compute["full_sync_dst"],
        math_approx_mode=False,
    )
    modes = [ttnn.UnpackToDestMode.Default] * 64
    for buffer in plan["circular_buffers"]:
        if buffer["unpack"] == "dst" and buffer["format"] == "float32":
            modes[buffer["index"]] = ttnn.UnpackToDestMode.UnpackToDestFp32
    config.unpack_to_dest_mode = modes
    return config


def thread_config(ttnn, plan, thread):
    if thread == "compute":
        return compute_config(ttnn, plan)
    return ttnn.ReaderConfigDescriptor() if thread == "reader" else ttnn.WriterConfigDescriptor()


def runtime_value(ttnn, plan, device, name, value):
    """What the chip calls a core's column or row stands for it; other arguments are as they are."""
    axis = plan["core_coordinates"].get(name)
    if axis is None:
        return value
    core = ttnn.CoreCoord(value, 0) if axis == "x" else ttnn.CoreCoord(0, value)
    return getattr(device.worker_core_from_logical_core(core), axis)


def runtime_arguments(ttnn, plan, kernel, tensors, device):
    """On each core: addresses of tensors, runtime arguments, sizes, as the kernel reads them."""
    addresses = [tensors[name].buffer_address() for name in kernel["tensor_args"]]
    sizes = [plan["sizes"][name] for name in kernel["size_args"]]
    places = {tuple(core["core"]): core["runtime_args"] for core in plan["cores"]}
    arguments = ttnn.RuntimeArgs()
    for area in kernel["cores"]:
        for x in range(area["start"][0], area["start"][0] + area["extent"][0]):
            for y in range(area["start"][1], area["start"][1] + area["extent"][1]):
                given = places[x, y]
                own = [runtime_value(ttnn, plan, device, name, given[name]) for name in kernel["runtime_args"]]
                arguments[x][y] = [word & 0xFFFFFFFF for word in addresses + own + sizes]
    return arguments


def kernel_descriptor(ttnn, folder, plan, kernel, tensors, device):
    compile_time = list(kernel["compile_time_args"].values())
    for name in kernel["tensor_args"]:
        compile_time += accessor_words(ttnn, plan, name, tensors[name])
    return ttnn.KernelDescriptor(
        kernel_source=str(folder / kernel["file"]),
        source_type=ttnn.KernelDescriptor.SourceType.FILE_PATH,
        core_ranges=core_range_set(ttnn, kernel["cores"]),
        compile_time_args=compile_time,
        runtime_args=runtime_arguments(ttnn, plan, kernel, tensors, device),
        config=thread_config(ttnn, plan, kernel["thread"]),
    )


def program_descriptor(ttnn, folder, plan, tensors, device):
    cores = core_range_set(ttnn, plan["core_ranges"])
    return ttnn.ProgramDescriptor(
        kernels=[kernel_descriptor(ttnn, folder, plan, kernel, tensors, device) for kernel in plan["kernels"]],
        semaphores=semaphores(ttnn, plan, cores),
        cbs=circular_buffers(ttnn, plan, cores, tensors),
    )


# ---------------------------------------------------------------- the run


def open_device(ttnn, plan, number):
    try:
        device = ttnn.open_device(device_id=number)
    except Exception as error:
        raise Missing(f"device {number} cannot be opened: {error}") from None
    wanted = ARCHITECTURES.get(plan["target"]["arch"])
    grid = device.compute_with_storage_grid_size()
    columns, rows = plan["core_grid"]
    problem = None
    if wanted is None or wanted not in str(ttnn.get_arch_name()).lower():
        problem = f"the plan is for {plan['target']['name']}, the device is a {ttnn.get_arch_name()}"
    elif columns > grid.x or rows > grid.y:
        problem = f"the plan uses {columns}x{rows} cores, the device has {grid.x}x{grid.y}"
    if problem:
        ttnn.close_device(device)
        raise Missing(f"{problem}. Compile with another --target or --core-grid.")
    return device


def is_output(tensor):
    return tensor["role"] in ("out", "inout")


def run_on_device(ttnn, numpy, folder, plan, inputs, number):
    device = open_device(ttnn, plan, number)
    try:
        tensors = make_tensors(ttnn, numpy, plan, inputs, device)
        # The operation's output comes last, and there is at least one tensor before it.
        order = sorted(plan["tensors"], key=is_output)
        operands = [tensors[tensor["name"]] for tensor in order]
        operands = operands if len(operands) > 1 else operands * 2
        ttnn.generic_op(operands, program_descriptor(ttnn, folder, plan, tensors, device))
        outputs = filter(is_output, plan["tensors"])
        return {tensor["name"]: read_tensor(ttnn, numpy, plan, tensor, tensors[tensor["name"]]) for tensor in outputs}
    finally:
        ttnn.close_device(device)


def make_inputs(numpy, folder, plan, given, seed):
    """What the kernel reads: files, or numbers drawn at random, rounded to their formats."""
    inputs = {}
    for index, tensor in enumerate(plan["tensors"]):
        name, stored = tensor["name"], format_of(plan, tensor["name"])
        if tensor["role"] not in ("in", "inout"):
            continue
        path = Path(given.get(name, folder / "inputs" / f"{name}.npy"))
        if path.exists() or name in given:
            array = load(numpy, path)
            if list(array.shape) != tensor["shape"]:
                raise Missing(f"{path} has the shape {list(array.shape)}, {name} has {tensor['shape']}.")
        elif stored in ("bfloat16", "float32"):
            array = numpy.random.default_rng([seed, index]).standard_normal(tensor["shape"])
        else:
            array = numpy.random.default_rng([seed, index]).integers(0, 100, tensor["shape"])
        inputs[name] = rounded(numpy, array, stored)
    return inputs


def judge(numpy, name, seen, expected, tolerance):
    """Prints the largest error and where it is; False if it is too large."""
    seen, expected = seen.astype(numpy.float64), expected.astype(numpy.float64)
    if seen.shape != expected.shape:
        print(f"{name}: shape {list(seen.shape)}, expected {list(expected.shape)}")
        return False
    same = (seen == expected) | (numpy.isnan(seen) & numpy.isnan(expected))
    with numpy.errstate(invalid="ignore"):
        error = numpy.where(same, 0.0, numpy.abs(seen - expected))
    error = numpy.where(numpy.isnan(error), numpy.inf, error)
    finite = numpy.abs(expected[numpy.isfinite(expected)])
    scale = (finite.max() if finite.size else 0.0) or 1.0
    worst = numpy.unravel_index(numpy.argmax(error), error.shape) if error.size else ()
    relative = float(error[worst]) / float(scale) if error.size else 0.0
    at = ", ".join(str(int(i)) for i in worst)
    print(
        f"{name}: largest error {relative:.3g} of the largest value, tolerance {tolerance:.3g}"
        + (f", at [{at}]: expected {expected[worst]:.8g}, seen {seen[worst]:.8g}" if relative else "")
    )
    return relative <= tolerance


def compare(numpy, folder, plan, results, expected, tolerance):
    """True if every output that something is expected of is right; None if there is none."""
    verdicts = []
    for name, seen in results.items():
        path = Path(expected.get(name, folder / "expected" / f"{name}.npy"))
        if not path.exists() and name not in expected:
            print(f"{name}: nothing to compare with (--expected {name}=FILE.npy)")
            continue
        allowed = tolerance if tolerance is not None else TOLERANCES.get(format_of(plan, name), 0.0)
        verdicts.append(judge(numpy, name, seen, load(numpy, path), allowed))
    return all(verdicts) if verdicts else None


def named_files(words):
    files = {}
    for word in words:
        name, equals, path = word.partition("=")
        if not name or not equals or not path:
            raise Missing(f"expected NAME=FILE.npy, got `{word}`")
        files[name] = path
    return files


def run(options):
    folder = Path(options.plan).resolve().parent
    plan = json.loads(Path(options.plan).read_text())
    for tensor in plan["tensors"]:
        format_of(plan, tensor["name"])
    ttnn, numpy = import_ttnn()
    inputs = make_inputs(numpy, folder, plan, named_files(options.input), options.seed)
    results = run_on_device(ttnn, numpy, folder, plan, inputs, options.device)
    for name, path in named_files(options.output).items():
        numpy.save(path, results[name])
    verdict = compare(numpy, folder, plan, results, named_files(options.expected), options.tolerance)
    print({True: "PASS", False: "FAIL", None: "DONE (nothing was compared)"}[verdict])
    return 1 if verdict is False else 0


def main():
    parser = argparse.ArgumentParser(description="Runs the kernels of a plan on a Tenstorrent card.")
    parser.add_argument("--plan", default=Path(__file__).parent / "tt.plan.json", help="the plan (beside this file)")
    parser.add_argument("--input", action="append", default=[], metavar="NAME=FILE.npy")
    parser.add_argument("--expected", action="append", default=[], metavar="NAME=FILE.npy")
    parser.add_argument("--output", action="append", default=[], metavar="NAME=FILE.npy")
    parser.add_argument("--seed", type=int, default=0, help="of inputs that are not given (0)")
    parser.add_argument("--tolerance", type=float, help="largest error relative to the largest expected value")
    parser.add_argument("--device", type=int, default=0, help="number of the device (0)")
    try:
        return run(parser.parse_args())
    except (Missing, OSError, KeyError, ValueError) as error:
        what = f"the plan has no {error}" if isinstance(error, KeyError) else error
        print(f"run.py: {what}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
