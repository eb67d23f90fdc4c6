# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems,CoarsenK,FuseTiles,AllocateCircularBuffers,BalanceMovers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,InferMulticast --no-locations
import tilelang.language as T


@T.prim_func
def weights(X: T.Tensor((512, 256), "bfloat16"), W: T.Tensor((32, 256), "float32"), Y: T.Tensor((512, 256), "bfloat16")):
    with T.Kernel(16) as bx:
        x = T.alloc_shared((32, 256), "bfloat16")
        w = T.alloc_shared((32, 256), "float32")
        T.copy(X[bx * 32, 0], x)
        T.copy(W, w)
        for i, j in T.Parallel(32, 256):
            x[i, j] = x[i, j] * w[i, j]
        T.copy(x, Y[bx * 32, 0])
