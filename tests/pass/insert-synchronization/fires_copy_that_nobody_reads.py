# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization --no-locations
import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((64, 32), "bfloat16"), C: T.Tensor((64, 32), "bfloat16")):
    with T.Kernel(1, 1) as (bx, by):
        A_shared = T.alloc_shared((64, 32), "bfloat16")
        T.copy(A[0:64, 0:32], A_shared)
        T.copy(A_shared, A_shared)
        T.copy(A_shared, A_shared)
