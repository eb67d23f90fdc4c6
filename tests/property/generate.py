"""Random kernels, each with its formula: a product or none, then an expression over its result, vectors and indices.

The same tree is written out as TileLang and evaluated with Bounded numbers, so a kernel and its reference cannot drift
apart; the two ways of evaluating it share nothing else.

    python tests/property/generate.py SEED      prints the kernel of a seed
"""

import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.bounded import Bounded  # noqa: E402
from support.running import normal  # noqa: E402

HEADER = "import tilelang\nimport tilelang.language as T\n\n\n"


@dataclass
class Kernel:
    seed: int
    M: int
    N: int
    K: int
    block_M: int
    block_N: int
    block_K: int
    product: bool
    trans_A: bool
    trans_B: bool
    in_dtype: str
    out_dtype: str
    num_stages: int
    options: list
    inputs: dict = field(default_factory=dict)
    loads: list = field(default_factory=list)
    text: str = ""
    expected: Bounded = None


class Expression:
    """A tree being grown: `text` in TileLang and `value` in numbers, side by side."""

    def __init__(self, text, value):
        self.text, self.value = text, value


def binary(op, a, b):
    formula = {
        "+": lambda: a.value + b.value,
        "-": lambda: a.value - b.value,
        "*": lambda: a.value * b.value,
    }
    if op in formula:
        return Expression(f"({a.text} {op} {b.text})", formula[op]())
    if op == "max":
        return Expression(f"T.max({a.text}, {b.text})", a.value.maximum(b.value))
    return Expression(f"T.min({a.text}, {b.text})", a.value.minimum(b.value))


def select(rng, kernel, a, b):
    """On indices, whose comparison is exact."""
    rows, columns = np.indices((kernel.M, kernel.N))
    row, column = f"(by * {kernel.block_M} + i)", f"(bx * {kernel.block_N} + j)"
    bound = rng.randrange(1, max(kernel.M, kernel.N) + 1)
    text, condition = rng.choice(
        [
            (f"{row} >= {column}", rows >= columns),
            (f"{row} < {bound}", rows < bound),
            (f"{column} >= {bound}", columns >= bound),
            (f"{row} + {bound} > {column}", rows + bound > columns),
        ]
    )
    return Expression(f"T.if_then_else({text}, {a.text}, {b.text})", a.value.where(condition, b.value))


def through_buffer(kernel, name, dtype, extents, start):
    """The same leaf by way of a shared buffer: `kernel.loads` collects its copy."""
    kernel.loads.append(f'{name}_shared = T.alloc_shared({extents}, "{dtype}")')
    kernel.loads.append(f"T.copy({name}[{start}], {name}_shared)")


def leaf(rng, kernel, declared):
    """A constant, a vector along rows or columns, or a whole operand. `declared` collects the tensors."""
    shape = (kernel.M, kernel.N)
    kind = rng.choice(["constant", "row", "column", "tensor"])
    if kind == "constant":
        value = rng.choice([0.5, -1.25, 2.0, 0.0625])
        return Expression(repr(value), Bounded(np.full(shape, value), "float32"))
    dtype = rng.choice(["float32", "bfloat16"])
    name = f"X{len(declared)}"
    seed = kernel.seed + 10 + len(declared)
    row, column = f"by * {kernel.block_M}", f"bx * {kernel.block_N}"
    if kind == "row":
        tensor, extents, start, index = normal((kernel.N,), dtype, seed), (kernel.block_N,), column, ["j"]
        full = np.broadcast_to(tensor.value, shape)
    elif kind == "column":
        tensor, extents, start, index = normal((kernel.M,), dtype, seed), (kernel.block_M,), row, ["i"]
        full = np.broadcast_to(tensor.value[:, None], shape)
    else:
        tensor, extents, index = normal(shape, dtype, seed), (kernel.block_M, kernel.block_N), ["i", "j"]
        start, full = f"{row}, {column}", tensor.value
    declared[name] = (tensor, str(tensor.value.shape), dtype)
    if rng.random() < 0.5:
        through_buffer(kernel, name, dtype, extents, start)
        access = f"{name}_shared[{', '.join(index)}]"
    else:
        access = f"{name}[{', '.join(f'{s} + {i}' for s, i in zip(start.split(', '), index))}]"
    return Expression(f'T.cast({access}, "float32")', Bounded(full, "float32"))


def grow(rng, kernel, base, declared, steps):
    for _ in range(steps):
        other = leaf(rng, kernel, declared) if len(declared) < 6 else base
        if rng.random() < 0.25:
            base = select(rng, kernel, base, other)
        else:
            first, second = (base, other) if rng.random() < 0.7 else (other, base)
            base = binary(rng.choice(["+", "-", "*", "max", "min"]), first, second)
    return base


def sizes_of(rng):
    def size():
        return rng.choice([32, 64, 96, 128, rng.randrange(1, 200)])

    def block():
        return rng.choice([32, 64, 96, 128])

    return size(), size(), size(), block(), block(), rng.choice([32, 64, 96])


def operands_of(kernel):
    A = normal((kernel.K, kernel.M) if kernel.trans_A else (kernel.M, kernel.K), kernel.in_dtype, kernel.seed + 1)
    B = normal((kernel.N, kernel.K) if kernel.trans_B else (kernel.K, kernel.N), kernel.in_dtype, kernel.seed + 2)
    return A, B


PRODUCT = """            A_shared = T.alloc_shared({a_block}, "{dtype}")
            B_shared = T.alloc_shared({b_block}, "{dtype}")
            T.clear(C_local)
            for k in T.Pipelined({steps}, num_stages={stages}):
                T.copy(A[{a_start}], A_shared)
                T.copy(B[{b_start}], B_shared)
                T.gemm(A_shared, B_shared, C_local, transpose_A={trans_A}, transpose_B={trans_B})
"""


def product_text(kernel):
    a, b = (kernel.block_M, kernel.block_K), (kernel.block_K, kernel.block_N)
    a_start = f"by * {kernel.block_M}", f"k * {kernel.block_K}"
    b_start = f"k * {kernel.block_K}", f"bx * {kernel.block_N}"
    return PRODUCT.format(
        a_block=a[::-1] if kernel.trans_A else a,
        b_block=b[::-1] if kernel.trans_B else b,
        a_start=", ".join(a_start[::-1] if kernel.trans_A else a_start),
        b_start=", ".join(b_start[::-1] if kernel.trans_B else b_start),
        dtype=kernel.in_dtype,
        steps=-(-kernel.K // kernel.block_K),
        stages=kernel.num_stages,
        trans_A=kernel.trans_A,
        trans_B=kernel.trans_B,
    )


def loop(kernel, target, text):
    return (
        f"            for i, j in T.Parallel({kernel.block_M}, {kernel.block_N}):\n"
        f"                {target}[i, j] = {text}\n"
    )


def steps(rng, kernel, base, declared):
    """One to three loops over the accumulator; some round it to bfloat16 on the way."""
    text, value = "", base
    for _ in range(rng.randrange(1, 4)):
        value = grow(rng, kernel, value, declared, rng.randrange(1, 4))
        text += loop(kernel, "C_local", value.text)
        value = Expression("C_local[i, j]", value.value)
        if rng.random() < 0.3:
            text += loop(kernel, "C_cast", 'T.cast(C_local[i, j], "bfloat16")')
            value = Expression('T.cast(C_cast[i, j], "float32")', value.value.cast("bfloat16").cast("float32"))
            text += loop(kernel, "C_local", value.text)
            value = Expression("C_local[i, j]", value.value)
    return text, value.value


def write(kernel, body, declared, loops):
    tensors = [f'{name}: T.Tensor({shape}, "{dtype}")' for name, (_, shape, dtype) in declared.items()]
    tensors.append(f'C: T.Tensor(({kernel.M}, {kernel.N}), "{kernel.out_dtype}")')
    grid = f"{-(-kernel.N // kernel.block_N)}, {-(-kernel.M // kernel.block_M)}"
    return (
        HEADER
        + "@tilelang.jit(out_idx=[-1])\ndef make():\n    @T.prim_func\n    def kernel(\n        "
        + ",\n        ".join(tensors)
        + f",\n    ):\n        with T.Kernel({grid}, threads=128) as (bx, by):\n"
        + f'            C_local = T.alloc_fragment(({kernel.block_M}, {kernel.block_N}), "float32")\n'
        + f'            C_cast = T.alloc_fragment(({kernel.block_M}, {kernel.block_N}), "bfloat16")\n'
        + body
        + "".join(f"            {line}\n" for line in kernel.loads)
        + loops
        + f"            T.copy(C_local, C[by * {kernel.block_M}, bx * {kernel.block_N}])\n\n    return kernel\n"
    )


def generate(seed):
    rng = random.Random(seed)
    M, N, K, block_M, block_N, block_K = sizes_of(rng)
    kernel = Kernel(
        seed=seed, M=M, N=N, K=K, block_M=block_M, block_N=block_N, block_K=block_K,
        product=rng.random() < 0.7, trans_A=rng.random() < 0.3, trans_B=rng.random() < 0.3,
        in_dtype=rng.choice(["bfloat16", "bfloat16", "float32"]), out_dtype=rng.choice(["bfloat16", "float32"]),
        num_stages=rng.randrange(0, 4),
        options=[
            f"--partition-strategy={rng.choice(['row_major', 'column_major', 'block'])}",
            f"--double-buffer={rng.choice(['true', 'false'])}",
            f"--prefetch={rng.choice(['true', 'false'])}",
        ],
    )  # fmt: skip
    declared, body = {}, ""
    if kernel.product:
        A, B = operands_of(kernel)
        declared["A"] = (A, str(A.value.shape), kernel.in_dtype)
        declared["B"] = (B, str(B.value.shape), kernel.in_dtype)
        body = product_text(kernel)
        base = Expression("C_local[i, j]", (A.T if kernel.trans_A else A) @ (B.T if kernel.trans_B else B))
    else:
        X = normal((M, N), kernel.in_dtype, seed + 1)
        declared["X"] = (X, f"({M}, {N})", kernel.in_dtype)
        body = (
            f'            X_shared = T.alloc_shared(({block_M}, {block_N}), "{kernel.in_dtype}")\n'
            f"            T.copy(X[by * {block_M}, bx * {block_N}], X_shared)\n"
        )
        base = Expression('T.cast(X_shared[i, j], "float32")', X.cast("float32"))
    loops, value = steps(rng, kernel, base, declared)
    kernel.inputs = {name: tensor for name, (tensor, _, _) in declared.items()}
    kernel.text = write(kernel, body, declared, loops)
    kernel.expected = value
    # A kernel whose result is all zero shows nothing; another seed takes its place.
    return kernel if np.any(value.value) else generate(seed + 1_000_000)


if __name__ == "__main__":
    print(generate(int(sys.argv[1])).text, end="")
