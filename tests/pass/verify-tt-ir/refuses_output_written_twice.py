# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,VerifyTTIR --no-locations
# error: 11:9 proof-write-once
import tilelang.language as T


@T.prim_func
def twice(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        T.copy(A, shared)
        T.copy(shared, C)
        T.copy(shared, C[0, 0])
