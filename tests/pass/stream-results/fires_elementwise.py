# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,StreamResults --no-locations --core-grid=2x1
import tilelang.language as T


@T.prim_func
def double(X: T.Tensor((128, 256), "bfloat16"), Y: T.Tensor((128, 256), "bfloat16")):
    with T.Kernel(2, 1) as (bx, by):
        x = T.alloc_shared((128, 128), "bfloat16")
        T.copy(X[by * 128, bx * 128], x)
        for i, j in T.Parallel(128, 128):
            x[i, j] = x[i, j] * 2
        T.copy(x, Y[by * 128, bx * 128])
