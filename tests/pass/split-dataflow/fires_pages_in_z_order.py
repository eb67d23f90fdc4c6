# run: opt --no-locations --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,AliasShards,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow
import tilelang.language as T


@T.prim_func
def z(A: T.Tensor((2, 128, 256), "bfloat16"), C: T.Tensor((2, 128, 256), "bfloat16")):
    with T.Kernel(4, 2, 2) as (bx, by, bz):
        T.annotate_tt_layout({A: {"tile_id_order": "z_order"}, C: {"tile_id_order": "column_major"}})
        taken = T.alloc_shared((64, 64), "bfloat16")
        given = T.alloc_fragment((64, 64), "bfloat16")
        T.copy(A[bz, by * 64, bx * 64], taken)
        for i, j in T.Parallel(64, 64):
            given[i, j] = taken[i, j] + 1.0
        T.copy(given, C[bz, by * 64, bx * 64])
