# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,StreamResults --no-locations --core-grid=2x2
import tilelang.language as T


@T.prim_func
def relu(X: T.Tensor((160, 100), "float32"), Y: T.Tensor((160, 100), "float32")):
    with T.Kernel(2, 2) as (bx, by):
        x = T.alloc_shared((128, 64), "float32")
        T.copy(X[by * 128, bx * 64], x)
        for i, j in T.Parallel(128, 64):
            x[i, j] = T.max(x[i, j], 0)
        T.copy(x, Y[by * 128, bx * 64])
