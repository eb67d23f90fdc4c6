"""Random kernels on tensors with random layouts: an elementwise one, a product and a copy, from a seed."""

import random

import numpy as np
from support.bounded import Bounded
from support.running import normal

TILE = 32
CORES = (8, 8)

ELEMENTWISE = """
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A, B):
    A: T.Tensor({a_shape}, T.bfloat16)
    B: T.Tensor({a_shape}, T.bfloat16)
    C = T.empty({a_shape}, T.bfloat16)
    with T.Kernel({launch}, threads=128) as ({names}):
        T.annotate_tt_layout({{{layouts}}})
        {schedule}
        A_shared = T.alloc_shared(({block_M}, {block_N}), T.bfloat16)
        B_shared = T.alloc_shared(({block_M}, {block_N}), T.bfloat16)
        C_local = T.alloc_fragment(({block_M}, {block_N}), T.bfloat16)
        T.copy(A[{outer}by * {block_M}, bx * {block_N}], A_shared)
        T.copy(B[{outer}by * {block_M}, bx * {block_N}], B_shared)
        for i, j in T.Parallel({block_M}, {block_N}):
            C_local[i, j] = A_shared[i, j] - B_shared[i, j]
        T.copy(C_local, C[{outer}by * {block_M}, bx * {block_N}])
    return C
"""

PRODUCT = """
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A, B):
    A: T.Tensor({a_shape}, T.bfloat16)
    B: T.Tensor({b_shape}, T.bfloat16)
    C = T.empty({c_shape}, T.bfloat16)
    with T.Kernel({launch}, threads=128) as (bx, by):
        T.annotate_tt_layout({{{layouts}}})
        {schedule}
        A_shared = T.alloc_shared(({block_M}, {block_K}), T.bfloat16)
        B_shared = T.alloc_shared(({block_K}, {block_N}), T.bfloat16)
        C_local = T.alloc_fragment(({block_M}, {block_N}), T.float32)
        T.clear(C_local)
        for k in T.Pipelined({steps}, num_stages=2):
            T.copy(A[by * {block_M}, k * {block_K}], A_shared)
            T.copy(B[k * {block_K}, bx * {block_N}], B_shared)
            T.gemm(A_shared, B_shared, C_local)
        T.copy(C_local, C[by * {block_M}, bx * {block_N}])
    return C
"""


COPY = """
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A):
    A: T.Tensor({shape}, T.bfloat16)
    C = T.empty({shape}, T.bfloat16)
    with T.Kernel({launch}, threads=128) as (bx, by):
        T.annotate_tt_layout({{{layouts}}})
        {schedule}
        S = T.alloc_shared(({block_M}, {block_N}), T.bfloat16)
        T.copy(A[by * {block_M}, bx * {block_N}], S)
        T.copy(S, C[by * {block_M}, bx * {block_N}])
    return C
"""


def tiles(size, side=TILE):
    return -(-size // side)


def is_power_of_two(number):
    return number & (number - 1) == 0


def random_shard(rng, shape, tile):
    """A shard's shape and grid in which it holds the tensor; either may be left to the compiler."""
    rows, columns = int(np.prod(shape[:-2], dtype=int)) * tiles(shape[-2], tile[0]), tiles(shape[-1], tile[1])
    for _ in range(100):
        memory = rng.choice(["height_sharded", "width_sharded", "block_sharded"])
        height = rows if memory == "width_sharded" else rng.randint(1, rows)
        width = columns if memory == "height_sharded" else rng.randint(1, columns)
        down, across = -(-rows // height), -(-columns // width)
        order = rng.choice(["row_major", "column_major"])
        if memory == "block_sharded":
            grid = [across, down] if order == "row_major" else [down, across]
            grid = [side + rng.randint(0, 1) for side in grid]
        else:
            first = rng.randint(1, 8)
            grid = [first, -(-down * across // first)]
        if grid[0] > CORES[0] or grid[1] > CORES[1]:
            continue
        shard = {"shape": [height * tile[0], width * tile[1]], "grid": grid, "order": order}
        whole = rows % height == 0 and columns % width == 0
        return memory, shard, whole
    return None


def random_layout(rng, shape, tile=(TILE, TILE)):
    """The annotation of a tensor; None for none."""
    kind = rng.choice(["none", "order", "l1", "shard", "shard", "shard", "part", "banks"])
    if kind == "none":
        return None
    if kind == "l1":
        return {"space": "l1"}
    if kind == "order":
        orders = ["row_major", "column_major"]
        if is_power_of_two(tiles(shape[-2], tile[0])) and is_power_of_two(tiles(shape[-1], tile[1])):
            orders.append("z_order")
        return {"tile_id_order": rng.choice(orders)}
    if kind == "banks":
        return {"space": "dram", "memory": rng.choice(["height_sharded", "width_sharded"])}
    found = random_shard(rng, shape, tile)
    if kind == "part" or not found:
        return {"memory": rng.choice(["height_sharded", "width_sharded", "block_sharded"])}
    memory, shard, whole = found
    layout = {"memory": memory, "shard": shard}
    if whole and rng.random() < 0.4:
        layout["tile_id_order"] = "match_shard"
    for key in ("grid", "order"):
        if rng.random() < 0.2 and key != "order":
            del shard[key]
    return layout


def random_schedule(rng):
    schedule = {}
    if rng.random() < 0.3:
        schedule["strategy"] = rng.choice(["row_major", "column_major", "block"])
    if rng.random() < 0.2:
        schedule["core_grid"] = [rng.randint(1, 8), rng.randint(1, 8)]
    if schedule.get("strategy") == "block" and rng.random() < 0.5:
        schedule["order"] = "column_major"
    return f"T.annotate_tt_schedule({schedule})" if schedule else "pass"


def layouts_text(rng, shapes):
    layouts = {name: random_layout(rng, shape) for name, shape in shapes.items()}
    return ", ".join(f"{name}: {layout}" for name, layout in layouts.items() if layout)


class Kernel:
    def __init__(self, text, inputs, expected):
        self.text, self.inputs, self.expected = text, inputs, expected


def random_side(rng):
    return rng.choice([TILE, TILE, 2 * TILE, 3 * TILE])


def elementwise(rng, seed):
    M, N = rng.randint(1, 400), rng.randint(1, 400)
    batches = rng.choice([0, 0, 2, 3])
    shape = (batches, M, N) if batches else (M, N)
    block_M, block_N = random_side(rng), random_side(rng)
    launch = [-(-N // block_N), -(-M // block_M)] + ([batches] if batches else [])
    text = ELEMENTWISE.format(
        a_shape=shape,
        launch=", ".join(map(str, launch)),
        names="bx, by, bz" if batches else "bx, by",
        outer="bz, " if batches else "",
        layouts=layouts_text(rng, {"A": shape, "B": shape, "C": shape}),
        schedule=random_schedule(rng),
        block_M=block_M,
        block_N=block_N,
    )
    A, B = normal(shape, seed=seed), normal(shape, seed=seed + 1)
    return Kernel(text, {"A": A, "B": B}, A - B)


def product(rng, seed):
    M, N, K = rng.randint(1, 300), rng.randint(1, 300), rng.choice([32, 64, 100, 192])
    block_M, block_N, block_K = random_side(rng), random_side(rng), TILE
    text = PRODUCT.format(
        a_shape=(M, K),
        b_shape=(K, N),
        c_shape=(M, N),
        launch=f"{-(-N // block_N)}, {-(-M // block_M)}",
        layouts=layouts_text(rng, {"A": (M, K), "B": (K, N), "C": (M, N)}),
        schedule=random_schedule(rng),
        steps=-(-K // block_K),
        block_M=block_M,
        block_N=block_N,
        block_K=block_K,
    )
    A, B = normal((M, K), seed=seed), normal((K, N), seed=seed + 1)
    return Kernel(text, {"A": A, "B": B}, A @ B)


def copy(rng, seed):
    """Tiles of every shape that can be moved, the same for both tensors."""
    M, N = rng.randint(1, 300), rng.randint(1, 300)
    tile = rng.choice([(16, 32), (32, 16), (16, 16), (32, 32)])
    layouts = {}
    for name in ("A", "C"):
        layouts[name] = {**(random_layout(rng, (M, N), tile) or {}), "tile_shape": list(tile)}
    block_M, block_N = random_side(rng), random_side(rng)
    text = COPY.format(
        shape=(M, N),
        launch=f"{-(-N // block_N)}, {-(-M // block_M)}",
        layouts=", ".join(f"{name}: {layout}" for name, layout in layouts.items()),
        schedule=random_schedule(rng),
        block_M=block_M,
        block_N=block_N,
    )
    A = normal((M, N), seed=seed)
    return Kernel(text, {"A": A}, A)


def generate_layouts(seed):
    rng = random.Random(f"layouts {seed}")
    return (elementwise, product, copy)[seed % 3](rng, seed)
