# error: 17:26 dtype
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
        B_shared = T.alloc_shared((64, 64), "bool")
        C_local = T.alloc_fragment((64, 64), "float32")
        T.clear(C_local)
        T.gemm(A_shared, B_shared, C_local)
        T.copy(C_local, C[by * 64, bx * 64])
    return C
