# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems,CoarsenK,FuseTiles,AllocateCircularBuffers,BalanceMovers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,InferMulticast --no-locations --core-grid=4x4
import tilelang.language as T


@T.prim_func
def early(X: T.Tensor((512, 512), "float32"), W: T.Tensor((32, 512), "float32"), Y: T.Tensor((512, 512), "float32")):
    with T.Kernel(16) as bx:
        x = T.alloc_shared((32, 512), "float32")
        w = T.alloc_shared((32, 512), "float32")
        T.copy(X[bx * 32, 0], x)
        for k in range(4):
            if k > bx:
                break
            T.copy(W, w)
            for i, j in T.Parallel(32, 512):
                x[i, j] = x[i, j] + w[i, j]
        T.copy(x, Y[bx * 32, 0])
