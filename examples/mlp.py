"""Y = relu(X @ W1) @ W2 + X: two products chained through an on-chip buffer; the hidden layer never leaves the core.

    ttile run examples/mlp.py
"""

import tilelang
import tilelang.language as T


@tilelang.jit(out_idx=[-1])
def mlp(rows, width, hidden, block_M=64, block_H=64, dtype="bfloat16", accum_dtype="float32"):
    @T.prim_func
    def main(
        X: T.Tensor((rows, width), dtype),
        W1: T.Tensor((width, hidden), dtype),
        W2: T.Tensor((hidden, width), dtype),
        Y: T.Tensor((rows, width), dtype),
    ):
        with T.Kernel(T.ceildiv(rows, block_M), threads=128) as bx:
            X_shared = T.alloc_shared((block_M, width), dtype)
            W1_shared = T.alloc_shared((width, block_H), dtype)
            W2_shared = T.alloc_shared((block_H, width), dtype)
            H_local = T.alloc_fragment((block_M, block_H), accum_dtype)
            H_shared = T.alloc_shared((block_M, block_H), dtype)
            Y_local = T.alloc_fragment((block_M, width), accum_dtype)

            T.copy(X[bx * block_M, 0], X_shared)
            T.clear(Y_local)
            for h in T.Pipelined(T.ceildiv(hidden, block_H), num_stages=2):
                T.copy(W1[0, h * block_H], W1_shared)
                T.copy(W2[h * block_H, 0], W2_shared)
                T.gemm(X_shared, W1_shared, H_local, clear_accum=True)
                for i, j in T.Parallel(block_M, block_H):
                    H_shared[i, j] = T.max(H_local[i, j], 0)
                T.gemm(H_shared, W2_shared, Y_local)
            for i, j in T.Parallel(block_M, width):
                Y_local[i, j] += X_shared[i, j]
            T.copy(Y_local, Y[bx * block_M, 0])

    return main


if __name__ == "__main__":
    kernel = mlp(4096, 128, 256)
