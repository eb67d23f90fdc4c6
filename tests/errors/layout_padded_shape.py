# error: 13:51 layout-annotation
# exit: 1
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A):
    M, N = T.const("M, N")
    A: T.Tensor((M, N), "bfloat16")
    C = T.empty((M, N), "bfloat16")
    with T.Kernel(T.ceildiv(N, 64), T.ceildiv(M, 64), threads=128) as (bx, by):
        T.annotate_tt_layout({A: {"padded_shape": [256, 128]}})
        A_shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], A_shared)
        T.copy(A_shared, C[by * 64, bx * 64])
    return C
