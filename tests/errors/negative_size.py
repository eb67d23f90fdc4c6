# run: run M=-5 N=128
# error: 9:5 shape
# exit: 1
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A):
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "float32")
    C = T.empty((M, N), "float32")
    with T.Kernel(T.ceildiv(N, 64), T.ceildiv(M, 64), threads=128) as (bx, by):
        A_shared = T.alloc_shared((64, 64), "float32")
        T.copy(A[by * 64, bx * 64], A_shared)
        T.copy(A_shared, C[by * 64, bx * 64])
    return C
