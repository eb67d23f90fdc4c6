# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,AliasShards --no-locations
import tilelang.language as T


@T.prim_func
def part(A: T.Tensor((128, 256), "bfloat16"), C: T.Tensor((128, 256), "bfloat16")):
    with T.Kernel(4, 2) as (bx, by):
        T.annotate_tt_layout({A: {"memory": "block_sharded", "shard": {"shape": [64, 64]}}, C: {"memory": "block_sharded"}})
        taken = T.alloc_shared((32, 32), "bfloat16")
        given = T.alloc_fragment((32, 32), "bfloat16")
        T.copy(A[by * 64, bx * 64], taken)
        for i, j in T.Parallel(32, 32):
            given[i, j] = taken[i, j] * 2.0
        T.copy(given, C[by * 64, bx * 64])
