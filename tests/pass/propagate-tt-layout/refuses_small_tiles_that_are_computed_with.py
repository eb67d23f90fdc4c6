# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout
# error: 13:13 layout-unsupported
import tilelang.language as T


@T.prim_func
def computed(A: T.Tensor((100, 96), "bfloat16"), C: T.Tensor((100, 96), "bfloat16")):
    with T.Kernel(2, 2) as (bx, by):
        T.annotate_tt_layout({A: {"tile_shape": [16, 32]}, C: {"tile_shape": [16, 32]}})
        S = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], S)
        for i, j in T.Parallel(64, 64):
            S[i, j] = S[i, j] * 2.0
        T.copy(S, C[by * 64, bx * 64])
