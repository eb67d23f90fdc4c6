# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
import tilelang.language as T


@T.prim_func
def gemm(A: T.Tensor((64, 32), "bfloat16"), B: T.Tensor((32, 32), "bfloat16"), C: T.Tensor((64, 32), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((64, 32), "bfloat16")
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        C_local = T.alloc_fragment((64, 32), "float32")
        T.copy(A, A_shared)
        T.copy(B, B_shared)
        T.gemm(A_shared, B_shared, C_local, clear_accum=True)
        for i, j in T.Parallel(64, 32):
            C_local[i, j] = T.max(C_local[i, j], 0.0)
        T.copy(C_local, C)
