"""Kernels whose tensors lie where their parameters say: T.annotate_tt_layout and T.annotate_tt_schedule."""

import tilelang
import tilelang.language as T


@tilelang.jit
def scale(X, block_M: int, block_N: int, space: str, memory: str, order: str = "row_major"):
    """Y = 2 X"""
    M, N = T.const("M, N")
    X: T.Tensor((M, N), T.bfloat16)
    Y = T.empty((M, N), T.bfloat16)
    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        layout = {"space": space, "memory": memory, "tile_id_order": order}
        T.annotate_tt_layout({X: layout, Y: layout})
        X_shared = T.alloc_shared((block_M, block_N), T.bfloat16)
        Y_local = T.alloc_fragment((block_M, block_N), T.bfloat16)
        T.copy(X[by * block_M, bx * block_N], X_shared)
        for i, j in T.Parallel(block_M, block_N):
            Y_local[i, j] = X_shared[i, j] * 2.0
        T.copy(Y_local, Y[by * block_M, bx * block_N])
    return Y


@tilelang.jit
def matmul(A, B, block: int, a: str, b: str, c: str):
    """C = A B; a, b and c say how the tensors are sharded over L1, "interleaved" that they are in DRAM."""
    M, N, K = T.const("M, N, K")
    A: T.Tensor((M, K), T.bfloat16)
    B: T.Tensor((K, N), T.bfloat16)
    C = T.empty((M, N), T.bfloat16)
    with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
        T.annotate_tt_layout({A: {"memory": a}, B: {"memory": b}, C: {"memory": c}})
        A_shared = T.alloc_shared((block, 32), T.bfloat16)
        B_shared = T.alloc_shared((32, block), T.bfloat16)
        C_local = T.alloc_fragment((block, block), T.float32)
        T.clear(C_local)
        for ko in T.Pipelined(T.ceildiv(K, 32), num_stages=2):
            T.copy(A[by * block, ko * 32], A_shared)
            T.copy(B[ko * 32, bx * block], B_shared)
            T.gemm(A_shared, B_shared, C_local)
        T.copy(C_local, C[by * block, bx * block])
    return C


@tilelang.jit
def scheduled(X, strategy: str, order: str, columns: int, rows: int):
    """Y = 2 X in blocks of one tile, dealt out and visited as the parameters say."""
    M, N = T.const("M, N")
    X: T.Tensor((M, N), T.bfloat16)
    Y = T.empty((M, N), T.bfloat16)
    with T.Kernel(N // 32, M // 32, threads=128) as (bx, by):
        T.annotate_tt_schedule({"core_grid": [columns, rows], "strategy": strategy, "order": order})
        X_shared = T.alloc_shared((32, 32), T.bfloat16)
        T.copy(X[by * 32, bx * 32], X_shared)
        T.copy(X_shared, Y[by * 32, bx * 32])
    return Y
