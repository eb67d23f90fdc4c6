# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems,CoarsenK,FuseTiles,AllocateCircularBuffers,BalanceMovers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,InferMulticast --no-locations --core-grid=8x2
import tilelang.language as T


@T.prim_func
def persistent(X: T.Tensor((1024, 1024), "float32"), V: T.Tensor((32, 1024), "float32"), Y: T.Tensor((1024, 1024), "float32")):
    with T.Kernel(16) as b:
        x = T.alloc_shared((32, 128), "float32")
        v = T.alloc_shared((32, 128), "float32")
        for bx, by in T.Persistent([32, 8], 16, b):
            T.copy(X[bx * 32, by * 128], x)
            T.copy(V[0, by * 128], v)
            for i, j in T.Parallel(32, 128):
                x[i, j] = x[i, j] + v[i, j]
            T.copy(x, Y[bx * 32, by * 128])
