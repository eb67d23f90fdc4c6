# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT --no-locations --core-grid=2x2
import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((2, 96, 160), "float32"), C: T.Tensor((2, 96, 160), "float32")):
    with T.Kernel(5, 3, 2) as (bx, by, bz):
        shared = T.alloc_shared((32, 32), "float32")
        T.copy(A[bz, by * 32, bx * 32], shared)
        T.copy(shared, C[bz, by * 32, bx * 32])
