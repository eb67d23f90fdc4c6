# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,StreamResults --no-locations --core-grid=2x1
import tilelang.language as T


@T.prim_func
def double(X: T.Tensor((32, 64), "bfloat16"), Y: T.Tensor((32, 64), "bfloat16")):
    with T.Kernel(2, 1) as (bx, by):
        x = T.alloc_shared((32, 32), "bfloat16")
        T.copy(X[by * 32, bx * 32], x)
        for i, j in T.Parallel(32, 32):
            x[i, j] = x[i, j] * 2
        T.copy(x, Y[by * 32, bx * 32])
