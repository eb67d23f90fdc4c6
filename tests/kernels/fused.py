"""Products with T.Parallel prologues and epilogues: one small kernel for each kind of access."""

import tilelang
import tilelang.language as T


@T.macro
def product(A, B, A_shared, B_shared, C_local, by, bx, K, block_M, block_N, block_K):
    T.clear(C_local)
    for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        T.copy(A[by * block_M, k * block_K], A_shared)
        T.copy(B[k * block_K, bx * block_N], B_shared)
        T.gemm(A_shared, B_shared, C_local)


@tilelang.jit(out_idx=[-1])
def row_bias(M, N, K, block_M=64, block_N=64, block_K=32, bias_dtype="float32"):
    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        bias: T.Tensor((N,), bias_dtype),
        C: T.Tensor((M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            bias_shared = T.alloc_shared((block_N,), bias_dtype)
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            product(A, B, A_shared, B_shared, C_local, by, bx, K, block_M, block_N, block_K)
            T.copy(bias[bx * block_N], bias_shared)
            for i, j in T.Parallel(block_M, block_N):
                C_local[i, j] = C_local[i, j] + bias_shared[j]
            T.copy(C_local, C[by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def column_bias(M, N, K, block_M=64, block_N=64, block_K=32, bias_dtype="float32"):
    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        bias: T.Tensor((M,), bias_dtype),
        C: T.Tensor((M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            bias_shared = T.alloc_shared((block_M,), bias_dtype)
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            product(A, B, A_shared, B_shared, C_local, by, bx, K, block_M, block_N, block_K)
            T.copy(bias[by * block_M], bias_shared)
            for i, j in T.Parallel(block_M, block_N):
                C_local[i, j] += bias_shared[i]
            T.copy(C_local, C[by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def bias_of_global(M, N, K, block_M=64, block_N=64, block_K=32):
    """The vector is read from global memory inside of the loop."""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        row: T.Tensor((N,), "float32"),
        column: T.Tensor((M,), "float32"),
        C: T.Tensor((M, N), "float32"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            product(A, B, A_shared, B_shared, C_local, by, bx, K, block_M, block_N, block_K)
            for i, j in T.Parallel(block_M, block_N):
                C_local[i, j] = C_local[i, j] * column[by * block_M + i] - row[bx * block_N + j]
            T.copy(C_local, C[by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def scale_relu_residual(M, N, K, block_M=64, block_N=64, block_K=32, scale=0.5):
    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        R: T.Tensor((M, N), "bfloat16"),
        C: T.Tensor((M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            R_shared = T.alloc_shared((block_M, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            product(A, B, A_shared, B_shared, C_local, by, bx, K, block_M, block_N, block_K)
            T.copy(R[by * block_M, bx * block_N], R_shared)
            for i, j in T.Parallel(block_M, block_N):
                C_local[i, j] = T.max(C_local[i, j] * scale, 0) + R_shared[i, j]
            T.copy(C_local, C[by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def select_on_indices(M, N, K, block_M=64, block_N=64, block_K=32):
    """Keeps the lower triangle and halves the first 40 columns of it."""

    @T.prim_func
    def main(A: T.Tensor((M, K), "bfloat16"), B: T.Tensor((K, N), "bfloat16"), C: T.Tensor((M, N), "float32")):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            product(A, B, A_shared, B_shared, C_local, by, bx, K, block_M, block_N, block_K)
            for i, j in T.Parallel(block_M, block_N):
                C_local[i, j] = T.if_then_else(by * block_M + i >= bx * block_N + j, C_local[i, j], 0)
            for i, j in T.Parallel(block_M, block_N):
                C_local[i, j] = T.if_then_else(bx * block_N + j < 40, C_local[i, j] * 0.5, C_local[i, j])
            T.copy(C_local, C[by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def prologue(M, N, K, block_M=64, block_N=64, block_K=64):
    """A is scaled per column of A and rectified before the product; B is cast from float32."""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "float32"),
        weight: T.Tensor((K,), "float32"),
        C: T.Tensor((M, N), "float32"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            A_scaled = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "float32")
            B_cast = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[by * block_M, k * block_K], A_shared)
                T.copy(B[k * block_K, bx * block_N], B_shared)
                for i, j in T.Parallel(block_M, block_K):
                    A_scaled[i, j] = T.max(A_shared[i, j] * weight[k * block_K + j], 0)
                T.copy(B_shared, B_cast)
                T.gemm(A_scaled, B_cast, C_local)
            T.copy(C_local, C[by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def cast_epilogue(M, N, K, block_M=64, block_N=64, block_K=32):
    """The accumulator is rounded to bfloat16 on chip before it is used again."""

    @T.prim_func
    def main(A: T.Tensor((M, K), "bfloat16"), B: T.Tensor((K, N), "bfloat16"), C: T.Tensor((M, N), "float32")):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            C_cast = T.alloc_fragment((block_M, block_N), "bfloat16")
            product(A, B, A_shared, B_shared, C_local, by, bx, K, block_M, block_N, block_K)
            for i, j in T.Parallel(block_M, block_N):
                C_cast[i, j] = T.cast(C_local[i, j], "bfloat16")
            for i, j in T.Parallel(block_M, block_N):
                C_local[i, j] = T.cast(C_cast[i, j], "float32") * 3.0
            T.copy(C_local, C[by * block_M, bx * block_N])

    return main
