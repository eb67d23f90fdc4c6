"""What accumulators of products are used for, and what is float32 beside them."""

import tilelang
import tilelang.language as T


@T.macro
def product(A, B, A_shared, B_shared, C_local, by, bx, K, block_M, block_N, block_K):
    T.clear(C_local)
    for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        T.copy(A[by * block_M, k * block_K], A_shared)
        T.copy(B[k * block_K, bx * block_N], B_shared)
        T.gemm(A_shared, B_shared, C_local)


@tilelang.jit(out_idx=[-2, -1])
def copied(M, N, K, block=64, out_dtype="bfloat16", computed="float32"):
    """The result goes through a float32 buffer, from which another one is computed."""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        C: T.Tensor((M, N), "bfloat16"),
        D: T.Tensor((M, N), out_dtype),
    ):
        with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block, 32), "bfloat16")
            B_shared = T.alloc_shared((32, block), "bfloat16")
            C_local = T.alloc_fragment((block, block), "float32")
            C_shared = T.alloc_shared((block, block), "float32")
            D_local = T.alloc_fragment((block, block), computed)
            product(A, B, A_shared, B_shared, C_local, by, bx, K, block, block, 32)
            T.copy(C_local, C_shared)
            for i, j in T.Parallel(block, block):
                D_local[i, j] = T.exp(C_shared[i, j] * 0.01) + C_local[i, j]
            T.copy(C_shared, C[by * block, bx * block])
            T.copy(D_local, D[by * block, bx * block])

    return main


@tilelang.jit(out_idx=[-1])
def begun(M, N, K, block=64, dtype="float32"):
    """The sum begins with a tensor, and a product of bfloat16 values is added to it."""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        S: T.Tensor((M, N), dtype),
        C: T.Tensor((M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block, 32), "bfloat16")
            B_shared = T.alloc_shared((32, block), "bfloat16")
            S_shared = T.alloc_shared((block, block), "bfloat16")
            C_local = T.alloc_fragment((block, block), "float32")
            T.copy(S[by * block, bx * block], C_local)
            T.copy(S[by * block, bx * block], S_shared)
            for k in T.Pipelined(T.ceildiv(K, 32), num_stages=2):
                T.copy(A[by * block, k * 32], A_shared)
                T.copy(B[k * 32, bx * block], B_shared)
                T.gemm(A_shared, B_shared, C_local)
            for i, j in T.Parallel(block, block):
                C_local[i, j] = T.max(C_local[i, j] + S_shared[i, j] * S_shared[i, j], 0)
            T.copy(C_local, C[by * block, bx * block])

    return main


@tilelang.jit(out_idx=[-1])
def factor(M, N, K, dtype="float32"):
    """An accumulator is a factor of the next product, whose other factor has a type of its own."""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        W: T.Tensor((N, N), dtype),
        C: T.Tensor((M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(M, 32), threads=128) as bx:
            A_shared = T.alloc_shared((32, K), "bfloat16")
            B_shared = T.alloc_shared((K, N), "bfloat16")
            W_shared = T.alloc_shared((N, N), dtype)
            S_local = T.alloc_fragment((32, N), "float32")
            S_shared = T.alloc_shared((32, N), dtype)
            C_local = T.alloc_fragment((32, N), "float32")
            T.copy(A[bx * 32, 0], A_shared)
            T.copy(B, B_shared)
            T.copy(W, W_shared)
            T.clear(S_local)
            T.gemm(A_shared, B_shared, S_local)
            T.copy(S_local, S_shared)
            T.clear(C_local)
            T.gemm(S_shared, W_shared, C_local)
            T.copy(C_local, C[bx * 32, 0])

    return main


@tilelang.jit(out_idx=[-1])
def factor_itself(M, N, K):
    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        W: T.Tensor((N, N), "float32"),
        C: T.Tensor((M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(M, 32), threads=128) as bx:
            A_shared = T.alloc_shared((32, K), "bfloat16")
            B_shared = T.alloc_shared((K, N), "bfloat16")
            W_shared = T.alloc_shared((N, N), "float32")
            S_local = T.alloc_fragment((32, N), "float32")
            C_local = T.alloc_fragment((32, N), "float32")
            T.copy(A[bx * 32, 0], A_shared)
            T.copy(B, B_shared)
            T.copy(W, W_shared)
            T.clear(S_local)
            T.gemm(A_shared, B_shared, S_local)
            T.clear(C_local)
            T.gemm(S_local, W_shared, C_local)
            T.copy(C_local, C[bx * 32, 0])

    return main
