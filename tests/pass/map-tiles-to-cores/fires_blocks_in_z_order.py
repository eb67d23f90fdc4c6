# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap --no-locations
import tilelang.language as T


@T.prim_func
def z(A: T.Tensor((512, 256), "bfloat16"), C: T.Tensor((512, 256), "bfloat16")):
    with T.Kernel(4, 8) as (bx, by):
        T.annotate_tt_schedule({"core_grid": [1, 2], "order": "z_order"})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
