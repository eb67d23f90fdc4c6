"""T.Parallel without products: every kind of access and most functions."""

import tilelang
import tilelang.language as T


@tilelang.jit
def add(A, B, block_M=32, block_N=32, in_dtype="float32", out_dtype="float32"):
    M, N = T.const("M, N")
    A: T.Tensor((M, N), in_dtype)
    B: T.Tensor((M, N), in_dtype)
    C = T.empty((M, N), out_dtype)
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        A_shared = T.alloc_shared((block_M, block_N), in_dtype)
        B_shared = T.alloc_shared((block_M, block_N), in_dtype)
        C_local = T.alloc_fragment((block_M, block_N), out_dtype)
        T.copy(A[by * block_M, bx * block_N], A_shared)
        T.copy(B[by * block_M, bx * block_N], B_shared)
        for i, j in T.Parallel(block_M, block_N):
            C_local[i, j] = A_shared[i, j] + B_shared[i, j]
        T.copy(C_local, C[by * block_M, bx * block_N])
    return C


@tilelang.jit
def arithmetic(A, B, block_M=64, block_N=64, dtype="float32"):
    """(A - B) * 2 + max(A, B) / 4 - min(A, -B)"""
    M, N = T.const("M, N")
    A: T.Tensor((M, N), dtype)
    B: T.Tensor((M, N), dtype)
    C = T.empty((M, N), "float32")
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        A_shared = T.alloc_shared((block_M, block_N), dtype)
        B_shared = T.alloc_shared((block_M, block_N), dtype)
        C_local = T.alloc_fragment((block_M, block_N), "float32")
        T.copy(A[by * block_M, bx * block_N], A_shared)
        T.copy(B[by * block_M, bx * block_N], B_shared)
        for i, j in T.Parallel(block_M, block_N):
            a = T.cast(A_shared[i, j], "float32")
            b = T.cast(B_shared[i, j], "float32")
            C_local[i, j] = (a - b) * 2.0 + T.max(a, b) / 4.0 - T.min(a, -b)
        T.copy(C_local, C[by * block_M, bx * block_N])
    return C


@tilelang.jit
def function(A, name, block_M=64, block_N=64, dtype="float32"):
    """One function of T, chosen by its name, of |A| + 0.25."""
    M, N = T.const("M, N")
    A: T.Tensor((M, N), dtype)
    C = T.empty((M, N), "float32")
    functions = {
        "exp": T.exp,
        "exp2": T.exp2,
        "log": T.log,
        "log2": T.log2,
        "sqrt": T.sqrt,
        "rsqrt": T.rsqrt,
        "sin": T.sin,
        "cos": T.cos,
        "tanh": T.tanh,
        "sigmoid": T.sigmoid,
        "floor": T.floor,
        "ceil": T.ceil,
    }
    f = functions[name]
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        A_shared = T.alloc_shared((block_M, block_N), dtype)
        C_local = T.alloc_fragment((block_M, block_N), "float32")
        T.copy(A[by * block_M, bx * block_N], A_shared)
        for i, j in T.Parallel(block_M, block_N):
            C_local[i, j] = f(T.abs(T.cast(A_shared[i, j], "float32")) + 0.25)
        T.copy(C_local, C[by * block_M, bx * block_N])
    return C


@tilelang.jit
def compare_and_select(A, B, block_M=64, block_N=64):
    """A where A > B and A >= 0, else -B where B < 0.5, else 7"""
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "float32")
    B: T.Tensor((M, N), "float32")
    C = T.empty((M, N), "float32")
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        A_shared = T.alloc_shared((block_M, block_N), "float32")
        B_shared = T.alloc_shared((block_M, block_N), "float32")
        C_local = T.alloc_fragment((block_M, block_N), "float32")
        T.copy(A[by * block_M, bx * block_N], A_shared)
        T.copy(B[by * block_M, bx * block_N], B_shared)
        for i, j in T.Parallel(block_M, block_N):
            C_local[i, j] = T.if_then_else(
                T.And(A_shared[i, j] > B_shared[i, j], A_shared[i, j] >= 0.0),
                A_shared[i, j],
                T.if_then_else(B_shared[i, j] < 0.5, -B_shared[i, j], 7.0),
            )
        T.copy(C_local, C[by * block_M, bx * block_N])
    return C


@tilelang.jit
def global_to_global(A, block_M=64, block_N=64):
    """No on-chip buffer of the kernel's own."""
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "bfloat16")
    C = T.empty((M, N), "bfloat16")
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        for i, j in T.Parallel(block_M, block_N):
            C[by * block_M + i, bx * block_N + j] = A[by * block_M + i, bx * block_N + j] * 2.0
    return C


@tilelang.jit
def index_expression(A, block_M=64, block_N=64):
    """A + 1000 * row + column"""
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "float32")
    C = T.empty((M, N), "float32")
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        A_shared = T.alloc_shared((block_M, block_N), "float32")
        C_local = T.alloc_fragment((block_M, block_N), "float32")
        T.copy(A[by * block_M, bx * block_N], A_shared)
        for i, j in T.Parallel(block_M, block_N):
            C_local[i, j] = A_shared[i, j] + T.cast((by * block_M + i) * 1000 + bx * block_N + j, "float32")
        T.copy(C_local, C[by * block_M, bx * block_N])
    return C


@tilelang.jit
def cast_only(A, in_dtype, out_dtype, block_M=64, block_N=64):
    M, N = T.const("M, N")
    A: T.Tensor((M, N), in_dtype)
    C = T.empty((M, N), out_dtype)
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        A_shared = T.alloc_shared((block_M, block_N), in_dtype)
        C_shared = T.alloc_shared((block_M, block_N), out_dtype)
        T.copy(A[by * block_M, bx * block_N], A_shared)
        T.copy(A_shared, C_shared)
        T.copy(C_shared, C[by * block_M, bx * block_N])
    return C


@tilelang.jit
def vector_add(A, B, block=256):
    """One-dimensional tensors, one-dimensional launch."""
    N = T.const("N")
    A: T.Tensor((N,), "float32")
    B: T.Tensor((N,), "float32")
    C = T.empty((N,), "float32")
    with T.Kernel(T.ceildiv(N, block), threads=128) as bx:
        A_shared = T.alloc_shared((block,), "float32")
        B_shared = T.alloc_shared((block,), "float32")
        C_local = T.alloc_fragment((block,), "float32")
        T.copy(A[bx * block], A_shared)
        T.copy(B[bx * block], B_shared)
        for i in T.Parallel(block):
            C_local[i] = A_shared[i] + B_shared[i]
        T.copy(C_local, C[bx * block])
    return C
