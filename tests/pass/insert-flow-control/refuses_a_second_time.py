# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,AllocateCircularBuffers,InsertFlowControl,InsertFlowControl --no-locations
# error: 7:5 already-lowered
import tilelang.language as T


@T.prim_func
def gemm(A: T.Tensor((32, 512), "bfloat16"), B: T.Tensor((512, 32), "bfloat16"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        C_local = T.alloc_fragment((32, 32), "float32")
        T.clear(C_local)
        for k in T.Pipelined(16, num_stages=2):
            T.copy(A[0, k * 32], A_shared)
            T.copy(B[k * 32, 0], B_shared)
            T.gemm(A_shared, B_shared, C_local)
        T.copy(C_local, C)
