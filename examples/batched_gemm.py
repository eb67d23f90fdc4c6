"""O[b, s, h, :] = Q[b, s, h, :] @ W[h]: a product per batch and head, on tensors in attention's usual layout.

The rows of a tile run along s and its columns along the last dimension, with the heads between them in memory: ttile
finds the tile plane of each tensor from how the kernel reads it.

    ttile run examples/batched_gemm.py
"""

import tilelang
import tilelang.language as T


@tilelang.jit
def per_head_projection(Q, W, block_S: int, block_N: int, block_K: int):
    batch, seq, heads, K, N = T.const("batch, seq, heads, K, N")
    Q: T.Tensor((batch, seq, heads, K), T.bfloat16)
    W: T.Tensor((heads, K, N), T.bfloat16)
    O = T.empty((batch, seq, heads, N), T.bfloat16)

    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(seq, block_S), batch * heads, threads=128) as (bx, by, bz):
        b = bz // heads
        h = bz % heads
        Q_shared = T.alloc_shared((block_S, block_K), T.bfloat16)
        W_shared = T.alloc_shared((block_K, block_N), T.bfloat16)
        O_local = T.alloc_fragment((block_S, block_N), T.float32)

        T.clear(O_local)
        for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
            T.copy(Q[b, by * block_S : (by + 1) * block_S, h, ko * block_K : (ko + 1) * block_K], Q_shared)
            T.copy(W[h, ko * block_K, bx * block_N], W_shared)
            T.gemm(Q_shared, W_shared, O_local)
        T.copy(O_local, O[b, by * block_S : (by + 1) * block_S, h, bx * block_N : (bx + 1) * block_N])

    return O


if __name__ == "__main__":
    per_head_projection.compile(batch=2, seq=512, heads=4, K=128, N=128, block_S=64, block_N=64, block_K=64)
