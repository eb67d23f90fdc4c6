# run: opt --passes=Canonicalize,InferTTLayout
# error: 9:43 layout-unsupported
import tilelang.language as T


@T.prim_func
def halo(A: T.Tensor((256, 256), "bfloat16"), C: T.Tensor((256, 256), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.annotate_tt_layout({A: {"halo": [1, 1]}})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
