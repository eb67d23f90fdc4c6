#!/usr/bin/env python3
"""Prints the vendor's default matrix product of bfloat16 in DRAM as thread programs: vendor_gemm.py M K N.

What `ttnn.matmul` runs when it is told nothing: a program of 8x8 cores that multicasts in0 along the rows from the first
column and in1 down the columns from the first row, with the block sizes that its heuristics choose (tt-metal,
create_simple_matmul_program_config and matmul_multicore_reuse_mcast_2d_program_factory), HiFi2, a 16-bit DST, partial
sums added up in L1 by the packer and reloaded in the last step. in0 comes over NoC 1, in1 over NoC 0; results leave over
NoC 0, those of the right half over NoC 1: as there, where the roles of the two data-movement cores are exchanged for that
half. Results, and the sums that they are made of, have the same bytes of L1, as there: two buffers more over those of
`sums`, and the first sums of a block wait until the results of the last one are written. At the end of each inner step but
the last two the unpackers wait until all sums of the block are there, as there, too. Nothing proves that two queues over
the same bytes keep out of each other's way when other threads take from them, so the program runs with --no-verify; the
simulator's own checks stay, and it multiplies. It is here to compare simulated cycles with the vendor's measurements
(docs/timing.md).
"""

import sys
from dataclasses import dataclass

TILE = 32
GRID = 8
PAGE = 2 * TILE * TILE
L1 = 1499136 - 105824  # what circular buffers may use
SUBBLOCKS = [(4, 2), (2, 4), (8, 1), (1, 8), (7, 1), (1, 7), (3, 2), (2, 3), (6, 1), (1, 6), (5, 1), (1, 5)]
SUBBLOCKS += [(2, 2), (4, 1), (1, 4), (3, 1), (1, 3), (2, 1), (1, 2), (1, 1)]
LEFT = 5  # columns of cores whose results leave over NoC 0


@dataclass
class Blocks:
    """Sizes in tiles: of the operands, of a core's share, of a block, of a subblock."""

    m: int
    k: int
    n: int
    core_m: int
    core_n: int
    block_m: int
    block_n: int
    block_k: int
    sub_m: int
    sub_n: int


def bytes_of_buffers(m, n, k):
    return 2 * k * (m + n) * PAGE + 2 * m * n * PAGE


def divisors(size):
    return [size, 1] + [d for d in range(size // 2, 1, -1) if size % d == 0]


def fitting_block(m, n, k):
    """The block of a core that fits its L1: as many tiles as possible, then as square as possible, then as deep."""
    if bytes_of_buffers(m, n, k) < L1:
        return m, n, k
    by_area = {}
    for rows in divisors(m):
        for columns in divisors(n):
            seen = by_area.get(rows * columns)
            if not seen or max(seen) / min(seen) >= max(rows, columns) / min(rows, columns):
                by_area[rows * columns] = (rows, columns)
    for depth in range(k, 0, -1):
        for area in sorted(by_area, reverse=True):
            rows, columns = by_area[area]
            if k % depth == 0 and bytes_of_buffers(rows, columns, depth) < L1:
                return rows, columns, depth
    return 1, 1, 1


def largest_subblock(block_m, block_n):
    return next(s for s in SUBBLOCKS if block_m % s[0] == 0 and block_n % s[1] == 0)


def blocks_for(size_m, size_k, size_n):
    """What the vendor's heuristics choose."""
    m, k, n = size_m // TILE, size_k // TILE, size_n // TILE
    if any(size % (GRID * TILE) for size in (size_m, size_k, size_n)):
        raise SystemExit("vendor_gemm.py: sizes must be multiples of 256")
    if ((m - 1) // 16 == 0) != ((n - 1) // 16 == 0):
        raise SystemExit("vendor_gemm.py: for such a shape the vendor takes another program, with one dimension of cores")
    block_m, block_n, block_k = fitting_block(m // GRID, n // GRID, k // GRID)
    return Blocks(m, k, n, m // GRID, n // GRID, block_m, block_n, block_k, *largest_subblock(block_m, block_n))


def tuned_blocks(size_m, size_k, size_n, parts_k, parts_m, parts_n):
    """What the vendor's benchmark chooses by hand: into how many parts a core's share of the operands is cut."""
    m, k, n = size_m // TILE, size_k // TILE, size_n // TILE
    block_m, block_n = m // GRID // parts_m, n // GRID // parts_n
    subblock = largest_subblock(block_m, block_n)
    return Blocks(m, k, n, m // GRID, n // GRID, block_m, block_n, k // GRID // parts_k, *subblock)


# ---------------------------------------------------------------- text


class Text:
    def __init__(self):
        self.lines, self.depth = [], 0

    def add(self, line):
        self.lines.append("    " * self.depth + line)

    def inside(self, header):
        self.add(header)
        return self

    def __enter__(self):
        self.depth += 1

    def __exit__(self, *_):
        self.depth -= 1

    def loop(self, name, count):
        return self.inside(f"for {name} in T.serial(0, {count}, 1):")


def tensor(name, rows, columns, role):
    layout = '"space": "dram", "memory": "interleaved", "orientation": "tile", "tile_plane": [0, 1]'
    layout += ', "format": "bfloat16", "tile_shape": [32, 32], "tile_order": "row_major"'
    return f'{name}: T.Tensor(({rows * TILE}, {columns * TILE}), "bfloat16", role="{role}", layout={{{layout}}}),'


def buffer(name, index, pages, window, producer, consumer, shares=None):
    alias = f", alias=cb_{shares}" if shares else ""
    return (
        f'cb_{name} = T.circular_buffer({index}, "bfloat16", page_bytes={PAGE}, pages={pages}, window={window}, '
        f'producer="{producer}", consumer="{consumer}", unpack="source", holds="{name}"{alias})'
    )


def argument(name, base, dx, dy, core=""):
    return f'{name} = T.runtime_arg("int32", [[0, 0, {GRID}, {GRID}, {base}, {dx}, {dy}]]{core})'


def rectangle(name, first, last):
    """Arguments for a rectangle of cores: each corner is (base, dx, dy) for x and for y."""
    ends = {"x0": (first[0], "x"), "y0": (first[1], "y"), "x1": (last[0], "x"), "y1": (last[1], "y")}
    return [argument(f"{name}_{end}", *place, f', core="{axis}"') for end, (place, axis) in ends.items()]


def declare(text, b):
    text.add(argument("row", 0, 0, b.core_m))
    text.add(argument("column", 0, b.core_n, 0))
    own_x, own_y = (0, 1, 0), (0, 0, 1)
    first, second, last = (0, 0, 0), (1, 0, 0), (GRID - 1, 0, 0)
    for line in rectangle("in0", (second, own_y), (last, own_y)) + rectangle("in1", (own_x, second), (own_x, last)):
        text.add(line)
    for name, place, axis in [
        ("in0_sender_x", first, "x"),
        ("in0_sender_y", own_y, "y"),
        ("in1_sender_x", own_x, "x"),
        ("in1_sender_y", first, "y"),
    ]:
        text.add(argument(name, *place, f', core="{axis}"'))
    block, sub = b.block_m * b.block_n, b.sub_m * b.sub_n
    text.add(buffer("in0", 0, 2 * b.block_m * b.block_k, b.block_m * b.block_k, "writer", "compute"))
    text.add(buffer("in1", 1, 2 * b.block_n * b.block_k, b.block_n * b.block_k, "reader", "compute"))
    text.add(buffer("sums", 2, block, sub, "compute", "compute"))
    text.add(buffer("left", 16, block, sub, "compute", "reader", "sums"))
    text.add(buffer("right", 17, block, sub, "compute", "writer", "sums"))
    for i, name in enumerate(["in0_ready", "in0_valid", "in1_ready", "in1_valid"]):
        text.add(f"{name} = T.semaphore({i}, 0)")


def send(text, name, window):
    corners = ", ".join(f"{name}_{end}" for end in ("x0", "y0", "x1", "y1"))
    text.add("noc_async_read_barrier()")
    text.add("noc_async_writes_flushed()")
    text.add(f"noc_semaphore_wait({name}_ready, {GRID - 1})")
    text.add(f"noc_semaphore_set({name}_ready, 0)")
    text.add(f"noc_async_write_multicast(cb_{name}, 0, {window}, {corners}, {GRID - 1})")
    text.add(f"noc_semaphore_set_multicast({name}_valid, {corners}, {GRID - 1})")
    text.add(f"cb_push_back(cb_{name}, {window})")


def receive(text, name, window):
    text.add(f"cb_reserve_back(cb_{name}, {window})")
    text.add(f"noc_semaphore_set({name}_valid, 0)")
    text.add(f"noc_semaphore_inc({name}_ready, {name}_sender_x, {name}_sender_y, 1)")
    text.add(f"noc_semaphore_wait({name}_valid, 1)")
    text.add(f"cb_push_back(cb_{name}, {window})")


def load_in0(text, b):
    text.add(f"cb_reserve_back(cb_in0, {b.block_m * b.block_k})")
    with text.loop("i", b.block_m):
        with text.loop("j", b.block_k):
            page = f"(row + bm * {b.block_m} + i) * {b.k} + k * {b.block_k} + j"
            text.add(f"noc_async_read_page(A, {page}, cb_in0, i * {b.block_k} + j)")


def load_in1(text, b):
    text.add(f"cb_reserve_back(cb_in1, {b.block_n * b.block_k})")
    with text.loop("i", b.block_k):
        with text.loop("j", b.block_n):
            page = f"(k * {b.block_k} + i) * {b.n} + column + bn * {b.block_n} + j"
            text.add(f"noc_async_read_page(B, {page}, cb_in1, i * {b.block_n} + j)")


def store(text, b, name):
    with text.loop("si", b.block_m // b.sub_m), text.loop("sj", b.block_n // b.sub_n):
        text.add(f"cb_wait_front(cb_{name}, {b.sub_m * b.sub_n})")
        with text.loop("wi", b.sub_m), text.loop("wj", b.sub_n):
            at_row = f"row + bm * {b.block_m} + si * {b.sub_m} + wi"
            at_column = f"column + bn * {b.block_n} + sj * {b.sub_n} + wj"
            text.add(f"noc_async_write_page(C, ({at_row}) * {b.n} + {at_column}, cb_{name}, wi * {b.sub_n} + wj)")
        text.add("noc_async_write_barrier()")
        text.add(f"cb_pop_front(cb_{name}, {b.sub_m * b.sub_n})")


def mover(text, b, thread, cores, operand, sends, output):
    window = (b.block_m if operand == "in0" else b.block_n) * b.block_k
    with text.inside(f"with T.{thread}(cores={cores}):"):
        if sends:
            text.add(f"noc_semaphore_set({operand}_valid, 1)")
        with text.loop("bm", b.core_m // b.block_m), text.loop("bn", b.core_n // b.block_n):
            with text.loop("k", b.k // b.block_k):
                if sends:
                    (load_in0 if operand == "in0" else load_in1)(text, b)
                    send(text, operand, window)
                else:
                    receive(text, operand, window)
            if output:
                store(text, b, output)
        text.add("noc_async_write_barrier()" if sends or output else "noc_async_atomic_barrier()")
        if output and not sends:
            text.add("noc_async_atomic_barrier()")


def subblocks(text, b, body):
    with text.loop("si", b.block_m // b.sub_m), text.loop("sj", b.block_n // b.sub_n):
        text.add("tile_regs_acquire()")
        body()


def multiply(text, b):
    with text.loop("j", b.block_k):
        in0 = f"si * {b.sub_m * b.block_k} + j"
        in1 = f"j * {b.block_n} + sj * {b.sub_n}"
        text.add(f"matmul_block(cb_in0, cb_in1, {in0}, {in1}, 0, 0, {b.sub_n}, {b.sub_m}, {b.block_k})")
    text.add("tile_regs_commit()")


def step(text, b, body):
    text.add(f"cb_wait_front(cb_in0, {b.block_m * b.block_k})")
    text.add(f"cb_wait_front(cb_in1, {b.block_n * b.block_k})")
    subblocks(text, b, body)
    text.add(f"cb_pop_front(cb_in0, {b.block_m * b.block_k})")
    text.add(f"cb_pop_front(cb_in1, {b.block_n * b.block_k})")


def compute(text, b, cores, output):
    sub = b.sub_m * b.sub_n
    init = f"matmul_block_init(cb_in0, cb_in1, 0, {b.sub_n}, {b.sub_m}, {b.block_k})"

    def add_up():
        multiply(text, b)
        text.add(f"cb_reserve_back(cb_sums, {sub})")
        text.add("tile_regs_wait()")
        with text.loop("t", sub):
            text.add("pack_tile(t, cb_sums)")
        text.add("tile_regs_release()")
        text.add(f"cb_push_back(cb_sums, {sub})")

    def begin():  # the results of the last block have these bytes until they are written
        text.add(f"cb_reserve_back(cb_{output}, (si * {b.block_n // b.sub_n} + sj + 1) * {sub})")
        add_up()

    def end_step():
        text.add(f"cb_wait_front(cb_sums, {b.block_m * b.block_n})")
        text.add(f"cb_pop_front(cb_sums, {b.block_m * b.block_n})")

    def finish():
        text.add("copy_init(cb_sums)")
        text.add(f"cb_wait_front(cb_sums, {sub})")
        with text.loop("t", sub):
            text.add("copy_tile(cb_sums, t, t)")
        text.add(f"cb_pop_front(cb_sums, {sub})")
        text.add(init)
        multiply(text, b)
        text.add(f"cb_reserve_back(cb_{output}, {sub})")
        text.add("tile_regs_wait()")
        text.add(f"pack_reconfig_data_format(cb_{output})")
        text.add("pack_reconfig_l1_acc(0)")
        with text.loop("t", sub):
            text.add(f"pack_tile(t, cb_{output})")
        text.add("tile_regs_release()")
        text.add(f"cb_push_back(cb_{output}, {sub})")

    with text.inside(f"with T.compute(cores={cores}):"):
        text.add('compute_kernel_hw_startup(cb_in0, cb_in1, cb_sums, "reverse")')
        text.add(init)
        with text.loop("block", b.core_m // b.block_m * (b.core_n // b.block_n)):
            text.add("pack_reconfig_data_format(cb_sums)")
            step(text, b, begin)
            text.add("pack_reconfig_l1_acc(1)")
            with text.loop("k", b.k // b.block_k - 2):
                end_step()
                step(text, b, add_up)
            step(text, b, finish)


def program(size_m, size_k, size_n, blocks=None, fidelity="HiFi2"):
    b = blocks or blocks_for(size_m, size_k, size_n)
    text = Text()
    text.add("# ttile ir 1\n\n@T.prim_func")
    text.add(f"def vendor_gemm_{size_m}_{size_k}_{size_n}(")
    with text:
        text.add(tensor("A", b.m, b.k, "in"))
        text.add(tensor("B", b.k, b.n, "in"))
        text.add(tensor("C", b.m, b.n, "out"))
    text.add("):")
    with text:
        schedule = f'{{"fp32": False, "full_sync": False, "math_fidelity": "{fidelity}"}}'
        ranges = f'"tt.core_ranges": [[0, 0, {GRID}, {GRID}]]'
        text.add(f'T.func_attr({{"tt.target": "wormhole:n150", {ranges}, "tt.dst_schedule": {schedule}}})')
        declare(text, b)
        below, right = [0, 1, LEFT, GRID - 1], [LEFT, 1, GRID - LEFT, GRID - 1]
        mover(text, b, "reader", [[0, 0, GRID, 1]], "in1", True, "left")
        mover(text, b, "reader", [below], "in1", False, "left")
        mover(text, b, "reader", [right], "in1", False, None)
        compute(text, b, [[0, 0, GRID, 1], below], "left")
        compute(text, b, [right], "right")
        mover(text, b, "writer", [[0, 0, 1, GRID]], "in0", True, None)
        mover(text, b, "writer", [[1, 0, GRID - 1, 1], [1, 1, LEFT - 1, GRID - 1]], "in0", False, None)
        mover(text, b, "writer", [right], "in0", False, "right")
    return "\n".join(text.lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    sys.stdout.write(program(*map(int, sys.argv[1:])))
