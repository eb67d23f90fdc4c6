# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,AliasShards --no-locations
import tilelang.language as T


@T.prim_func
def both(A: T.Tensor((128, 128), "bfloat16"), C: T.Tensor((128, 128), "bfloat16")):
    with T.Kernel(2, 2) as (bx, by):
        T.annotate_tt_layout({A: {"memory": "block_sharded"}, C: {"memory": "block_sharded"}})
        S = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], S)
        T.copy(S, C[by * 64, bx * 64])
