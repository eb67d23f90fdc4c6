# run: run M=128 N=128
# error: 24:21 unknown-name
# error: 27:45 dtype
# error: 29:9 shape
# error: 31:40 unknown-name
# error: 35:19 shape
# error: 37:9 arguments
# exit: 1
# What uses a name whose statement failed (C, B_shared, scale, row) is not told of.
import tilelang
import tilelang.language as T


@T.macro
def halve(buffer):
    for i, j in T.Parallel(64, 64):
        buffer[i, j] = buffer[i, j] / 2


@tilelang.jit
def kernel(A):
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "float32")
    C = T.empty((M, NN), "float32")
    with T.Kernel(T.ceildiv(N, 64), T.ceildiv(M, 64), threads=128) as (bx, by):
        A_shared = T.alloc_shared((64, 64), "float32")
        B_shared = T.alloc_shared((64, 64), "flot32")
        small = T.alloc_shared((32, 64), "float32")
        T.copy(A_shared, small)
        halve(A_shared)
        scale: T.float32 = T.exp(by) * factor
        for i, j in T.Parallel(64, 64):
            A_shared[i, j] = A_shared[i, j] * scale
            B_shared[i, j] = scale
            row = A_shared[i, j, 0]
            small[0, j] = row
        T.gemm(A_shared, small)
        T.copy(B_shared, C[by * 64, bx * 64])
    return C
