"""Launches of one, two and three dimensions, and blocks that a core takes in turn."""

import tilelang
import tilelang.language as T


@tilelang.jit
def one_dimension(A, block=32):
    """A block of rows an item; columns are walked inside of the kernel."""
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "bfloat16")
    C = T.empty((M, N), "float32")
    with T.Kernel(T.ceildiv(M, block), threads=128) as bx:
        A_shared = T.alloc_shared((block, 64), "bfloat16")
        C_local = T.alloc_fragment((block, 64), "float32")
        for k in T.serial(T.ceildiv(N, 64)):
            T.copy(A[bx * block, k * 64], A_shared)
            for i, j in T.Parallel(block, 64):
                C_local[i, j] = T.cast(A_shared[i, j], "float32") + T.cast(bx, "float32")
            T.copy(C_local, C[bx * block, k * 64])
    return C


@tilelang.jit
def three_dimensions(A, block_M=32, block_N=32):
    Z, M, N = T.const("Z, M, N")
    A: T.Tensor((Z, M, N), "bfloat16")
    C = T.empty((Z, M, N), "float32")
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), Z, threads=128) as (bx, by, bz):
        A_shared = T.alloc_shared((block_M, block_N), "bfloat16")
        C_local = T.alloc_fragment((block_M, block_N), "float32")
        T.copy(A[bz, by * block_M, bx * block_N], A_shared)
        for i, j in T.Parallel(block_M, block_N):
            C_local[i, j] = T.cast(A_shared[i, j], "float32") * 2.0 + T.cast(bz * 100 + by * 10 + bx, "float32")
        T.copy(C_local, C[bz, by * block_M, bx * block_N])
    return C


@tilelang.jit
def strided_items(A, cores, block=32):
    """As many blocks as `cores`; each takes every cores-th block of rows."""
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "bfloat16")
    C = T.empty((M, N), "bfloat16")
    with T.Kernel(cores, threads=128) as core:
        A_shared = T.alloc_shared((block, N), "bfloat16")
        for w in T.serial(T.ceildiv(T.ceildiv(M, block), cores)):
            row = w * cores + core
            if row * block < M:
                T.copy(A[row * block, 0], A_shared)
                for i, j in T.Parallel(block, N):
                    A_shared[i, j] = A_shared[i, j] * 4.0
                T.copy(A_shared, C[row * block, 0])
    return C


@tilelang.jit
def guarded_blocks(A, block_M=64, block_N=64):
    """Blocks with an odd index are doubled, the others copied."""
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "bfloat16")
    C = T.empty((M, N), "bfloat16")
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        A_shared = T.alloc_shared((block_M, block_N), "bfloat16")
        C_shared = T.alloc_shared((block_M, block_N), "bfloat16")
        T.copy(A[by * block_M, bx * block_N], A_shared)
        if bx % 2 == 1:
            for i, j in T.Parallel(block_M, block_N):
                C_shared[i, j] = A_shared[i, j] + A_shared[i, j]
        else:
            T.copy(A_shared, C_shared)
        T.copy(C_shared, C[by * block_M, bx * block_N])
    return C
