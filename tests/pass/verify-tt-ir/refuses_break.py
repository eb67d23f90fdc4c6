# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,VerifyTTIR --no-locations
# error: 13:17 proof-structure
import tilelang.language as T


@T.prim_func
def count_to_three(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        T.copy(A, shared)
        for k in T.serial(8):
            if k == 3:
                break
            for i, j in T.Parallel(32, 32):
                shared[i, j] = shared[i, j] + 1.0
        T.copy(shared, C)
