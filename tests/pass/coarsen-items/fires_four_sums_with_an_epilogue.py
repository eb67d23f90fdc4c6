# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems --no-locations --core-grid=1x1
import tilelang.language as T


@T.prim_func
def gemm(A: T.Tensor((128, 4096), "bfloat16"), B: T.Tensor((4096, 1024), "bfloat16"), C: T.Tensor((128, 1024), "bfloat16")):
    with T.Kernel(8, 1) as (bx, by):
        a = T.alloc_shared((128, 64), "bfloat16")
        b = T.alloc_shared((64, 128), "bfloat16")
        c = T.alloc_fragment((128, 128), "float32")
        T.clear(c)
        for k in T.Pipelined(64, num_stages=2):
            T.copy(A[by * 128, k * 64], a)
            T.copy(B[k * 64, bx * 128], b)
            T.gemm(a, b, c)
        for i, j in T.Parallel(128, 128):
            c[i, j] = T.max(c[i, j], 0)
        T.copy(c, C[by * 128, bx * 128])
