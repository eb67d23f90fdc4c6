# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems,CoarsenK,FuseTiles,AllocateCircularBuffers,BalanceMovers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,InferMulticast --no-locations --core-grid=2x4
import tilelang.language as T


@T.prim_func
def batched(A: T.Tensor((4, 256, 256), "bfloat16"), B: T.Tensor((4, 256, 256), "bfloat16"), C: T.Tensor((4, 256, 256), "bfloat16")):
    with T.Kernel(2, 1, 4) as (bx, by, bz):
        a = T.alloc_shared((256, 256), "bfloat16")
        b = T.alloc_shared((256, 128), "bfloat16")
        c = T.alloc_fragment((256, 128), "float32")
        T.clear(c)
        T.copy(A[bz, by * 256, 0], a)
        T.copy(B[bz, 0, bx * 128], b)
        T.gemm(a, b, c)
        T.copy(c, C[bz, by * 256, bx * 128])
