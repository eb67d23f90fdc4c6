"""Several products in one kernel: into one accumulator, into two, and one feeding the next on the chip."""

import tilelang
import tilelang.language as T


@tilelang.jit(out_idx=[-1])
def sum_of_products(M, N, K, block_M=64, block_N=64, block_K=32):
    """E = A @ B + C @ D"""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        C: T.Tensor((M, K), "bfloat16"),
        D: T.Tensor((N, K), "bfloat16"),
        E: T.Tensor((M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            D_shared = T.alloc_shared((block_N, block_K), "bfloat16")
            E_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(E_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[by * block_M, k * block_K], A_shared)
                T.copy(B[k * block_K, bx * block_N], B_shared)
                T.copy(C[by * block_M, k * block_K], C_shared)
                T.copy(D[bx * block_N, k * block_K], D_shared)
                T.gemm(A_shared, B_shared, E_local)
                T.gemm(C_shared, D_shared, E_local, transpose_B=True)
            T.copy(E_local, E[by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def gated(M, N, K, block_M=64, block_N=64, block_K=32):
    """C = relu(A @ G) * (A @ U)"""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        G: T.Tensor((K, N), "bfloat16"),
        U: T.Tensor((K, N), "bfloat16"),
        C: T.Tensor((M, N), "bfloat16"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            G_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            U_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            gate = T.alloc_fragment((block_M, block_N), "float32")
            up = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(gate)
            T.clear(up)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[by * block_M, k * block_K], A_shared)
                T.copy(G[k * block_K, bx * block_N], G_shared)
                T.copy(U[k * block_K, bx * block_N], U_shared)
                T.gemm(A_shared, G_shared, gate)
                T.gemm(A_shared, U_shared, up)
            for i, j in T.Parallel(block_M, block_N):
                gate[i, j] = T.max(gate[i, j], 0) * up[i, j]
            T.copy(gate, C[by * block_M, bx * block_N])

    return main


@tilelang.jit(out_idx=[-1])
def chained(M, N, K, L, block_M=64, block_L=64):
    """E = (A @ B) @ D, with A @ B rounded to bfloat16 on the chip; A is M x K, B is K x L, D is L x N."""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, L), "bfloat16"),
        D: T.Tensor((L, N), "bfloat16"),
        E: T.Tensor((M, N), "float32"),
    ):
        with T.Kernel(T.ceildiv(M, block_M), threads=128) as bx:
            A_shared = T.alloc_shared((block_M, K), "bfloat16")
            B_shared = T.alloc_shared((K, block_L), "bfloat16")
            D_shared = T.alloc_shared((block_L, N), "bfloat16")
            P_local = T.alloc_fragment((block_M, block_L), "float32")
            P_cast = T.alloc_fragment((block_M, block_L), "bfloat16")
            E_local = T.alloc_fragment((block_M, N), "float32")
            T.copy(A[bx * block_M, 0], A_shared)
            T.clear(E_local)
            for l in T.Pipelined(T.ceildiv(L, block_L), num_stages=2):
                T.copy(B[0, l * block_L], B_shared)
                T.copy(D[l * block_L, 0], D_shared)
                T.clear(P_local)
                T.gemm(A_shared, B_shared, P_local)
                T.copy(P_local, P_cast)
                T.gemm(P_cast, D_shared, E_local)
            T.copy(E_local, E[bx * block_M, 0])

    return main


@tilelang.jit(out_idx=[-2, -1])
def two_outputs(M, N, K, block_M=64, block_N=32, block_K=32):
    """C = A @ B and D = 2 C"""

    @T.prim_func
    def main(
        A: T.Tensor((M, K), "bfloat16"),
        B: T.Tensor((K, N), "bfloat16"),
        C: T.Tensor((M, N), "bfloat16"),
        D: T.Tensor((M, N), "float32"),
    ):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
            B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            D_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            for k in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
                T.copy(A[by * block_M, k * block_K], A_shared)
                T.copy(B[k * block_K, bx * block_N], B_shared)
                T.gemm(A_shared, B_shared, C_local)
            for i, j in T.Parallel(block_M, block_N):
                D_local[i, j] = C_local[i, j] * 2.0
            T.copy(C_local, C[by * block_M, bx * block_N])
            T.copy(D_local, D[by * block_M, bx * block_N])

    return main


@tilelang.jit
def product_and_scaled(A, B, block=64):
    """A float32 block is a product's operand and is scaled, exactly, into an output of its own."""
    M, N, K = T.const("M, N, K")
    A: T.Tensor((M, K), "float32")
    B: T.Tensor((K, N), "float32")
    C = T.empty((M, N), "float32")
    D = T.empty((M, K), "float32")
    with T.Kernel(T.ceildiv(M, block), threads=128) as by:
        A_shared = T.alloc_shared((block, K), "float32")
        B_shared = T.alloc_shared((K, N), "float32")
        C_local = T.alloc_fragment((block, N), "float32")
        D_local = T.alloc_fragment((block, K), "float32")
        T.copy(A[by * block, 0], A_shared)
        T.copy(B, B_shared)
        T.gemm(A_shared, B_shared, C_local, clear_accum=True)
        for i, j in T.Parallel(block, K):
            D_local[i, j] = A_shared[i, j] * 3.0
        T.copy(C_local, C[by * block, 0])
        T.copy(D_local, D[by * block, 0])
    return C, D


@tilelang.jit(out_idx=[-1])
def four_weights(M, N, K, block_M=64, block_N=64):
    """C = A @ (W[0] + W[1] + W[2] + W[3]), one after the other through the same buffer"""

    @T.prim_func
    def main(A: T.Tensor((M, K), "bfloat16"), W: T.Tensor((4, K, N), "bfloat16"), C: T.Tensor((M, N), "bfloat16")):
        with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
            A_shared = T.alloc_shared((block_M, K), "bfloat16")
            W_shared = T.alloc_shared((K, block_N), "bfloat16")
            C_local = T.alloc_fragment((block_M, block_N), "float32")
            T.clear(C_local)
            T.copy(A[by * block_M, 0], A_shared)
            T.copy(W[0, 0, bx * block_N], W_shared)
            T.gemm(A_shared, W_shared, C_local)
            T.copy(W[1, 0, bx * block_N], W_shared)
            T.gemm(A_shared, W_shared, C_local)
            T.copy(W[2, 0, bx * block_N], W_shared)
            T.gemm(A_shared, W_shared, C_local)
            T.copy(W[3, 0, bx * block_N], W_shared)
            T.gemm(A_shared, W_shared, C_local)
            T.copy(C_local, C[by * block_M, bx * block_N])

    return main
