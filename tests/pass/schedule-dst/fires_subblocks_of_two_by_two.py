# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations --math-fidelity=LoFi
import tilelang.language as T


@T.prim_func
def gemm(A: T.Tensor((128, 64), "bfloat16"), B: T.Tensor((64, 128), "bfloat16"), C: T.Tensor((128, 128), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((128, 64), "bfloat16")
        B_shared = T.alloc_shared((64, 128), "bfloat16")
        C_local = T.alloc_fragment((128, 128), "float32")
        T.copy(A, A_shared)
        T.copy(B, B_shared)
        T.gemm(A_shared, B_shared, C_local, clear_accum=True)
        T.copy(C_local, C)
