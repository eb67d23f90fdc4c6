# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization --no-locations
import tilelang.language as T


# The packer ends an item set to another format than it began with; no core has a second one, which would need it again.
@T.prim_func
def product(A: T.Tensor((64, 512), "bfloat16"), B: T.Tensor((512, 32), "bfloat16"), C: T.Tensor((64, 32), "bfloat16")):
    with T.Kernel(2) as bx:
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        total = T.alloc_fragment((32, 32), "float32")
        T.clear(total)
        for k in T.serial(16):
            T.copy(A[bx * 32, k * 32], A_shared)
            T.copy(B[k * 32, 0], B_shared)
            T.gemm(A_shared, B_shared, total)
        T.copy(total, C[bx * 32, 0])
