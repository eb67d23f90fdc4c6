# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization --no-locations
import tilelang.language as T


@T.prim_func
def gemm(A: T.Tensor((32, 128), "bfloat16"), B: T.Tensor((128, 32), "bfloat16"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        A_scaled = T.alloc_shared((32, 32), "bfloat16")
        C_local = T.alloc_fragment((32, 32), "float32")
        T.clear(C_local)
        for k in T.serial(4):
            T.copy(A[0, k * 32], A_shared)
            T.copy(B[k * 32, 0], B_shared)
            for i, j in T.Parallel(32, 32):
                A_scaled[i, j] = A_shared[i, j] * T.cast(0.5, "bfloat16")
            T.gemm(A_scaled, B_shared, C_local)
        T.copy(C_local, C)
