# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT --no-locations --core-grid=3x1
import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((2, 96, 160), "float32"), C: T.Tensor((2, 96, 160), "float32")):
    with T.Kernel(5) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        T.copy(A[0, 0, bx * 32], shared)
        T.copy(shared, C[0, 0, bx * 32])
