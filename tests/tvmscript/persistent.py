"""Blocks that cores take in turn, in groups whose last one is not full."""

import tilelang
import tilelang.language as T


@tilelang.jit
def persistent(A, cores, group, block=32):
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "bfloat16")
    C = T.empty((M, N), "bfloat16")
    with T.Kernel(cores, threads=128) as core:
        A_shared = T.alloc_shared((block, block), "bfloat16")
        for bm, bn in T.Persistent([T.ceildiv(M, block), T.ceildiv(N, block)], cores, core, group):
            T.copy(A[bm * block, bn * block], A_shared)
            T.copy(A_shared, C[bm * block, bn * block])
    return C
