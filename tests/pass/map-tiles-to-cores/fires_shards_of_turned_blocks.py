# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap --no-locations
import tilelang.language as T


@T.prim_func
def turned(A: T.Tensor((256, 256), "bfloat16"), C: T.Tensor((256, 256), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.annotate_tt_layout({C: {"memory": "block_sharded", "shard": {"shape": [64, 128]}}})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[bx * 64, by * 64], shared)
        T.copy(shared, C[bx * 64, by * 64])
