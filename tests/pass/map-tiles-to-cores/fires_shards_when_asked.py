# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap --no-locations
import tilelang.language as T


@T.prim_func
def forced(A: T.Tensor((256, 256), "bfloat16"), C: T.Tensor((256, 256), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.annotate_tt_layout({A: {"memory": "height_sharded"}})
        T.annotate_tt_schedule({"order": "match_shard"})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
