# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems,CoarsenK,FuseTiles,AllocateCircularBuffers,BalanceMovers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,InferMulticast --no-locations --core-grid=4x4
import tilelang.language as T


@T.prim_func
def copy(X: T.Tensor((512, 512), "float32"), Y: T.Tensor((512, 512), "float32")):
    with T.Kernel(16) as bx:
        x = T.alloc_shared((32, 512), "float32")
        T.copy(X[bx * 32, 0], x)
        T.copy(x, Y[bx * 32, 0])
