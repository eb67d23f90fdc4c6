# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,StreamResults --no-locations --core-grid=2x2
import tilelang.language as T


@T.prim_func
def gemm(A: T.Tensor((256, 1024), "bfloat16"), B: T.Tensor((1024, 256), "bfloat16"), C: T.Tensor((256, 256), "bfloat16")):
    with T.Kernel(2, 2) as (bx, by):
        a = T.alloc_shared((128, 256), "bfloat16")
        b = T.alloc_shared((256, 128), "bfloat16")
        c = T.alloc_fragment((128, 128), "bfloat16")
        T.clear(c)
        for k in T.Pipelined(4, num_stages=2):
            T.copy(A[by * 128, k * 256], a)
            T.copy(B[k * 256, bx * 128], b)
            T.gemm(a, b, c)
        T.copy(c, C[by * 128, bx * 128])
