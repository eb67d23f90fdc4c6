"""Elementwise kernels: one output from several inputs, with vectors that are broadcast along rows or columns.

    ttile run examples/elementwise.py               runs scale_shift, the first that main() calls
    ttile run examples/elementwise.py:gelu
"""

import tilelang
import tilelang.language as T


@tilelang.jit
def scale_shift(X, scale, shift, block_M: int, block_N: int):
    """Y[m, n] = X[m, n] * scale[n] + shift[m]"""
    M, N = T.const("M, N")
    X: T.Tensor((M, N), T.float32)
    scale: T.Tensor((N,), T.float32)
    shift: T.Tensor((M,), T.float32)
    Y = T.empty((M, N), T.float32)

    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        X_shared = T.alloc_shared((block_M, block_N), T.float32)
        Y_local = T.alloc_fragment((block_M, block_N), T.float32)

        T.copy(X[by * block_M, bx * block_N], X_shared)
        for i, j in T.Parallel(block_M, block_N):
            Y_local[i, j] = X_shared[i, j] * scale[bx * block_N + j] + shift[by * block_M + i]
        T.copy(Y_local, Y[by * block_M, bx * block_N])

    return Y


@tilelang.jit
def gelu(X, block_M: int, block_N: int):
    """Y = 0.5 X (1 + tanh(0.797885 (X + 0.044715 X^3)))"""
    M, N = T.const("M, N")
    X: T.Tensor((M, N), T.bfloat16)
    Y = T.empty((M, N), T.bfloat16)

    with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
        X_shared = T.alloc_shared((block_M, block_N), T.bfloat16)
        Y_local = T.alloc_fragment((block_M, block_N), T.float32)

        T.copy(X[by * block_M, bx * block_N], X_shared)
        for i, j in T.Parallel(block_M, block_N):
            x = T.cast(X_shared[i, j], T.float32)
            Y_local[i, j] = 0.5 * x * (1.0 + T.tanh(0.797885 * (x + 0.044715 * x * x * x)))
        T.copy(Y_local, Y[by * block_M, bx * block_N])

    return Y


def main():
    scale_shift.compile(M=1024, N=768, block_M=128, block_N=96)
    gelu.compile(M=1000, N=500, block_M=64, block_N=64)


if __name__ == "__main__":
    main()
