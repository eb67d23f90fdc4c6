# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,HoistIndices --no-locations --core-grid=4x1
import tilelang.language as T


@T.prim_func
def copy(X: T.Tensor((512,), "float32"), Y: T.Tensor((512,), "float32")):
    with T.Kernel(4) as bx:
        x = T.alloc_shared((128,), "float32")
        T.copy(X[bx * 128], x)
        T.copy(x, Y[bx * 128])
