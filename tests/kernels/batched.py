"""Batched products: the two dimensions that form tiles lie anywhere in the tensors."""

import tilelang
import tilelang.language as T


@tilelang.jit(out_idx=[-1])
def batched(Z, M, N, K, block_M=64, block_N=64, block_K=32):
    """C[z] = A[z] @ B[z]: planes (1, 2)"""

    @T.prim_func
    def main(
        A: T.Tensor((Z, M, K), "bfloat16"),
        B: T.Tensor((Z, K, N), "bfloat16"),
        C: T.Tensor((Z, M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), Z, threads=128) as (bx, by, bz):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[bz, by * block_M, k * block_K], A_shared)
                T.copy(B[bz, k * block_K, bx * block_N], B_shared)
                T.gemm(A_shared, B_shared, C_local)
            T.copy(C_local, C[bz, by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def batch_in_the_middle(Z, M, N, K, block_M=64, block_N=64, block_K=32):
    """C[:, z, :] = A[:, z, :] @ B[:, z, :]: planes (0, 2)"""

    @T.prim_func
    def main(
        A: T.Tensor((M, Z, K), "bfloat16"),
        B: T.Tensor((K, Z, N), "bfloat16"),
        C: T.Tensor((M, Z, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), Z, threads=128) as (bx, by, bz):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[by * block_M : (by + 1) * block_M, bz, k * block_K : (k + 1) * block_K], A_shared)
                T.copy(B[k * block_K : (k + 1) * block_K, bz, bx * block_N : (bx + 1) * block_N], B_shared)
                T.gemm(A_shared, B_shared, C_local)
            T.copy(C_local, C[by * block_M : (by + 1) * block_M, bz, bx * block_N : (bx + 1) * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def batch_innermost(Z, M, N, K, block_M=32, block_N=64, block_K=32):
    """C[:, :, z] = A[:, :, z] @ B[:, :, z]: planes (0, 1)"""

    @T.prim_func
    def main(
        A: T.Tensor((M, K, Z), "bfloat16"),
        B: T.Tensor((K, N, Z), "bfloat16"),
        C: T.Tensor((M, N, Z), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), Z, threads=128) as (bx, by, bz):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[by * block_M : (by + 1) * block_M, k * block_K : (k + 1) * block_K, bz], A_shared)
                T.copy(B[k * block_K : (k + 1) * block_K, bx * block_N : (bx + 1) * block_N, bz], B_shared)
                T.gemm(A_shared, B_shared, C_local)
            T.copy(C_local, C[by * block_M : (by + 1) * block_M, bx * block_N : (bx + 1) * block_N, bz])

    return main


@tilelang.jit(out_idx=[-1])
def heads_outside(Z, H, M, N, K, block_M=64, block_N=64, block_K=32):
    """C[z, h] = A[z, h] @ B[z, h].T: planes (2, 3)"""

    @T.prim_func
    def main(
        A: T.Tensor((Z, H, M, K), "bfloat16"),
        B: T.Tensor((Z, H, N, K), "bfloat16"),
        C: T.Tensor((Z, H, M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), Z * H, threads=128) as (bx, by, bz):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_N, block_K), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[bz // H, bz % H, by * block_M, k * block_K], A_shared)
                T.copy(B[bz // H, bz % H, bx * block_N, k * block_K], B_shared)
                T.gemm(A_shared, B_shared, C_local, transpose_B=True)
            T.copy(C_local, C[bz // H, bz % H, by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def heads_inside(Z, H, M, N, K, block_M=64, block_N=64, block_K=32):
    """C[z, :, h, :] = A[z, :, h, :] @ B[z, :, h, :].T: planes (1, 3), the output's (2, 3)"""

    @T.prim_func
    def main(
        A: T.Tensor((Z, M, H, K), "bfloat16"),
        B: T.Tensor((Z, N, H, K), "bfloat16"),
        C: T.Tensor((Z, H, M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), Z * H, threads=128) as (bx, by, bz):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_N, block_K), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[bz // H, by * block_M : (by + 1) * block_M, bz % H, k * block_K : (k + 1) * block_K], A_shared)
                T.copy(B[bz // H, bx * block_N : (bx + 1) * block_N, bz % H, k * block_K : (k + 1) * block_K], B_shared)
                T.gemm(A_shared, B_shared, C_local, transpose_B=True)
            T.copy(C_local, C[bz // H, bz % H, by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def rows_outermost(Z, H, M, N, K, block_M=32, block_N=32, block_K=32):
    """C[:, z, h, :] = A[:, z, h, :] @ B[z, :, :, h]: planes (0, 3) and (1, 2)"""

    @T.prim_func
    def main(
        A: T.Tensor((M, Z, H, K), "bfloat16"),
        B: T.Tensor((Z, K, N, H), "bfloat16"),
        C: T.Tensor((M, Z, H, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), Z * H, threads=128) as (bx, by, bz):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[by * block_M : (by + 1) * block_M, bz // H, bz % H, k * block_K : (k + 1) * block_K], A_shared)
                T.copy(B[bz // H, k * block_K : (k + 1) * block_K, bx * block_N : (bx + 1) * block_N, bz % H], B_shared)
                T.gemm(A_shared, B_shared, C_local)
            T.copy(C_local, C[by * block_M : (by + 1) * block_M, bz // H, bz % H, bx * block_N : (bx + 1) * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def shared_operand(Z, M, N, K, block_M=64, block_N=64, block_K=32):
    """C[z] = A[z] @ B: the second operand has no batch."""

    @T.prim_func
    def main(A: T.Tensor((Z, M, K), "bfloat16"), B: T.Tensor((K, N), "bfloat16"), C: T.Tensor((Z, M, N), "float32")):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), Z, threads=128) as (bx, by, bz):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[bz, by * block_M, k * block_K], A_shared)
                T.copy(B[k * block_K, bx * block_N], B_shared)
                T.gemm(A_shared, B_shared, C_local)
            T.copy(C_local, C[bz, by * block_M, bx * block_N])

    return main
