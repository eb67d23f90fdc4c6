# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow --no-locations
import tilelang.language as T


@T.prim_func
def part(A: T.Tensor((32, 96), "bfloat16"), B: T.Tensor((96, 32), "bfloat16"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 48), "bfloat16")
        B_shared = T.alloc_shared((48, 32), "bfloat16")
        C_local = T.alloc_fragment((32, 32), "float32")
        T.copy(A[0:32, 0:48], A_shared)
        T.copy(B[0:48, 0:32], B_shared)
        T.gemm(A_shared, B_shared, C_local, clear_accum=True)
        T.copy(C_local, C)
