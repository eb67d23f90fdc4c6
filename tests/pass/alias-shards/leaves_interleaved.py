# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,AliasShards --no-locations
import tilelang.language as T


@T.prim_func
def interleaved(A: T.Tensor((128, 256), "bfloat16"), C: T.Tensor((128, 256), "bfloat16")):
    with T.Kernel(4, 2) as (bx, by):
        T.annotate_tt_layout({A: {"space": "l1"}})
        taken = T.alloc_shared((64, 64), "bfloat16")
        given = T.alloc_fragment((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], taken)
        for i, j in T.Parallel(64, 64):
            given[i, j] = taken[i, j] + 1.0
        T.copy(given, C[by * 64, bx * 64])
