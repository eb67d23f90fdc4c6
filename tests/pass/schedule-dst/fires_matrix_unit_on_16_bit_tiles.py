# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
import tilelang.language as T


@T.prim_func
def kernel(A: T.Tensor((64, 64), "bfloat16"), B: T.Tensor((64, 64), "bfloat16"), C: T.Tensor((64, 64), "bfloat16")):
    with T.Kernel(1) as bx:
        left = T.alloc_shared((64, 64), "bfloat16")
        right = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A, left)
        T.copy(B, right)
        for i, j in T.Parallel(64, 64):
            C[i, j] = left[i, j] * right[i, j]
