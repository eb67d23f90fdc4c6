# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,HoistIndices --no-locations --core-grid=2x2
import tilelang.language as T


@T.prim_func
def gemm(A: T.Tensor((250, 1000), "bfloat16"), B: T.Tensor((1000, 250), "bfloat16"), C: T.Tensor((250, 250), "bfloat16")):
    with T.Kernel(2, 2) as (bx, by):
        a = T.alloc_shared((128, 32), "bfloat16")
        b = T.alloc_shared((32, 128), "bfloat16")
        c = T.alloc_fragment((128, 128), "float32")
        T.clear(c)
        for k in T.Pipelined(32, num_stages=2):
            T.copy(A[by * 128, k * 32], a)
            T.copy(B[k * 32, bx * 128], b)
            T.gemm(a, b, c)
        T.copy(c, C[by * 128, bx * 128])
