# run: run m=128
# error: 14:52 layout-unsupported
# exit: 2
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A):
    m = T.dynamic("m")
    A: T.Tensor((m, 128), "bfloat16")
    C = T.empty((m, 128), "bfloat16")
    with T.Kernel(2, T.ceildiv(m, 64), threads=128) as (bx, by):
        T.annotate_tt_layout({A: {"tile_id_order": "z_order"}})
        A_shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], A_shared)
        T.copy(A_shared, C[by * 64, bx * 64])
    return C
