# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
import tilelang.language as T


@T.prim_func
def kernel(A: T.Tensor((32, 32), "float32"), B: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        left = T.alloc_shared((32, 32), "float32")
        right = T.alloc_shared((32, 32), "float32")
        T.copy(A, left)
        T.copy(B, right)
        for i, j in T.Parallel(32, 32):
            C[i, j] = T.if_then_else((i + j) % 3 == 0, left[i, j], T.cast((i * 32 + j) // 7, "float32"))
