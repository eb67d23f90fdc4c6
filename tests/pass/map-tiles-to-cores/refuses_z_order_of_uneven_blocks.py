# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap --no-locations
# error: 9:63 schedule-unsupported
import tilelang.language as T


@T.prim_func
def uneven(A: T.Tensor((256, 320), "bfloat16"), C: T.Tensor((256, 320), "bfloat16")):
    with T.Kernel(5, 4) as (bx, by):
        T.annotate_tt_schedule({"core_grid": [2, 1], "order": "z_order"})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
