# run: opt --no-locations --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,AliasShards,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow
import tilelang.language as T


@T.prim_func
def columns(A: T.Tensor((100, 96), "bfloat16"), C: T.Tensor((100, 96), "bfloat16")):
    with T.Kernel(2, 2) as (bx, by):
        T.annotate_tt_layout({A: {"tile_shape": [32, 16], "tile_id_order": "column_major"}, C: {"tile_shape": [32, 16]}})
        S = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], S)
        T.copy(S, C[by * 64, bx * 64])
