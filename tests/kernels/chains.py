"""Several launches in one kernel, which run one after the other: what one leaves in DRAM the next one reads."""

import tilelang
import tilelang.language as T


@tilelang.jit(out_idx=[-1])
def through_scratch(M, N, K, block=64):
    """D = relu(A @ B) * 2 + bias: the product goes through a scratch tensor."""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        bias: T.Tensor((N,), "float32"),
        D: T.Tensor((M, N), "float32"),
    ):
        S = T.alloc_global((M, N), "bfloat16")
        with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block, 32), "bfloat16")
            B_shared = T.alloc_shared((32, block), "bfloat16")
            S_local = T.alloc_fragment((block, block), "float32")
            T.clear(S_local)
            for k in T.Pipelined(T.ceildiv(K, 32), num_stages=2):
                T.copy(A[by * block, k * 32], A_shared)
                T.copy(B[k * 32, bx * block], B_shared)
                T.gemm(A_shared, B_shared, S_local)
            T.copy(S_local, S[by * block, bx * block])
        with T.Kernel(T.ceildiv(M, 32), threads=128) as bx:
            for c in T.serial(T.ceildiv(N, block)):
                s = T.alloc_shared((32, block), "bfloat16")
                d = T.alloc_fragment((32, block), "float32")
                T.copy(S[bx * 32, c * block], s)
                for i, j in T.Parallel(32, block):
                    d[i, j] = T.max(T.cast(s[i, j], "float32"), 0.0) * 2.0 + bias[c * block + j]
                T.copy(d, D[bx * 32, c * block])

    return main


@tilelang.jit
def split_k(A, B, parts=4, block=32):
    """Partial products over parts of k, then their sum."""
    M, N, K = T.const("M, N, K")
    A: T.Tensor((M, K), "float32")
    B: T.Tensor((K, N), "float32")
    C = T.empty((M, N), "float32")
    P = T.alloc_global((parts, M, N), "float32")

    with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), parts, threads=128) as (bx, by, bz):
        A_shared = T.alloc_shared((block, 32), "float32")
        B_shared = T.alloc_shared((32, block), "float32")
        P_local = T.alloc_fragment((block, block), "float32")
        T.clear(P_local)
        for k in T.Pipelined(K // parts // 32, num_stages=2):
            T.copy(A[by * block, (bz * (K // parts // 32) + k) * 32], A_shared)
            T.copy(B[(bz * (K // parts // 32) + k) * 32, bx * block], B_shared)
            T.gemm(A_shared, B_shared, P_local)
        T.copy(P_local, P[bz, by * block, bx * block])

    with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
        C_local = T.alloc_fragment((block, block), "float32")
        P_shared = T.alloc_shared((block, block), "float32")
        T.clear(C_local)
        for p in T.serial(parts):
            T.copy(P[p, by * block, bx * block], P_shared)
            for i, j in T.Parallel(block, block):
                C_local[i, j] = C_local[i, j] + P_shared[i, j]
        T.copy(C_local, C[by * block, bx * block])
    return C


@tilelang.jit
def three_steps(X, block=32):
    """Y = X + 1, then Z = 2 Y, then Y = Y + Z: a tensor that is written, read and written again."""
    M, N = T.const("M, N")
    X: T.Tensor((M, N), "float32")
    Y = T.empty((M, N), "float32")
    Z = T.empty((M, N), "float32")

    with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
        x = T.alloc_shared((block, block), "float32")
        T.copy(X[by * block, bx * block], x)
        for i, j in T.Parallel(block, block):
            x[i, j] = x[i, j] + 1.0
        T.copy(x, Y[by * block, bx * block])
    with T.Kernel(T.ceildiv(M, block), threads=128) as by:
        for c in T.serial(T.ceildiv(N, block)):
            y = T.alloc_shared((block, block), "float32")
            z = T.alloc_fragment((block, block), "float32")
            T.copy(Y[by * block, c * block], y)
            for i, j in T.Parallel(block, block):
                z[i, j] = y[i, j] * 2.0
            T.copy(z, Z[by * block, c * block])
    with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
        y = T.alloc_shared((block, block), "float32")
        z = T.alloc_shared((block, block), "float32")
        s = T.alloc_fragment((block, block), "float32")
        T.copy(Y[by * block, bx * block], y)
        T.copy(Z[by * block, bx * block], z)
        for i, j in T.Parallel(block, block):
            s[i, j] = y[i, j] + z[i, j]
        T.copy(s, Y[by * block, bx * block])
    return Y, Z
