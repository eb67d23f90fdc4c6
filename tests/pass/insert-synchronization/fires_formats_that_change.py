# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization --no-locations
import tilelang.language as T


@T.prim_func
def convert(A: T.Tensor((32, 32), "bfloat16"), B: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32"), D: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(1) as bx:
        left = T.alloc_shared((32, 32), "bfloat16")
        right = T.alloc_shared((32, 32), "float32")
        T.copy(A, left)
        T.copy(B, right)
        for i, j in T.Parallel(32, 32):
            C[i, j] = left[i, j]
        for i, j in T.Parallel(32, 32):
            D[i, j] = right[i, j]
