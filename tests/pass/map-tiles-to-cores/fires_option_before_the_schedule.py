# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap --no-locations --partition-strategy=row_major --core-grid=2x2
import tilelang.language as T


@T.prim_func
def option(A: T.Tensor((256, 256), "bfloat16"), C: T.Tensor((256, 256), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.annotate_tt_schedule({"core_grid": [4, 4], "strategy": "block", "order": "column_major"})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
