"""C = relu(A @ B + bias): a matrix product whose epilogue runs before the result leaves the core.

    ttile run examples/gemm.py
    ttile run examples/gemm.py M=2048 N=512 K=4096 block_N=64
"""

import tilelang
import tilelang.language as T


@tilelang.jit
def gemm_bias_relu(A, B, bias, block_M: int, block_N: int, block_K: int):
    M, N, K = T.const("M, N, K")
    A: T.Tensor((M, K), T.bfloat16)
    B: T.Tensor((K, N), T.bfloat16)
    bias: T.Tensor((N,), T.float32)
    C = T.empty((M, N), T.bfloat16)

    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        A_shared = T.alloc_shared((block_M, block_K), T.bfloat16)
        B_shared = T.alloc_shared((block_K, block_N), T.bfloat16)
        C_local = T.alloc_fragment((block_M, block_N), T.float32)

        T.clear(C_local)
        for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
            T.copy(A[by * block_M, ko * block_K], A_shared)
            T.copy(B[ko * block_K, bx * block_N], B_shared)
            T.gemm(A_shared, B_shared, C_local)

        for i, j in T.Parallel(block_M, block_N):
            C_local[i, j] = T.max(C_local[i, j] + bias[bx * block_N + j], 0)

        T.copy(C_local, C[by * block_M, bx * block_N])

    return C


def main():
    # 1024 / 128 = 8 blocks each way: one for each of the 64 cores.
    kernel = gemm_bias_relu.compile(M=1024, N=1024, K=1024, block_M=128, block_N=128, block_K=32)
    print(kernel.get_kernel_source())


if __name__ == "__main__":
    main()
