"""C = A @ B with all three tensors sharded over the cores' L1.

    ttile run examples/sharded_gemm.py
    ttile run examples/sharded_gemm.py a=interleaved b=interleaved c=interleaved      to compare

A core makes the block of C that lies in its own L1, and reads its row of A and its column of B from the cores that hold
them. A's shards are whole rows of the grid's blocks, B's the columns; the grid is that of C.
"""

import tilelang
import tilelang.language as T


@tilelang.jit
def matmul(A, B, block: int, block_K: int, a: str, b: str, c: str):
    M, N, K = T.const("M, N, K")
    A: T.Tensor((M, K), T.bfloat16)
    B: T.Tensor((K, N), T.bfloat16)
    C = T.empty((M, N), T.bfloat16)

    with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
        T.annotate_tt_layout({A: {"memory": a}, B: {"memory": b}, C: {"memory": c}})

        A_shared = T.alloc_shared((block, block_K), T.bfloat16)
        B_shared = T.alloc_shared((block_K, block), T.bfloat16)
        C_local = T.alloc_fragment((block, block), T.float32)

        T.clear(C_local)
        for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
            T.copy(A[by * block, ko * block_K], A_shared)
            T.copy(B[ko * block_K, bx * block], B_shared)
            T.gemm(A_shared, B_shared, C_local)
        T.copy(C_local, C[by * block, bx * block])

    return C


def main():
    matmul.compile(
        M=1024, N=1024, K=1024, block=128, block_K=32, a="block_sharded", b="block_sharded", c="block_sharded"
    )


if __name__ == "__main__":
    main()
