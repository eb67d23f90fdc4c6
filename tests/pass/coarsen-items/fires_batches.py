# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems --no-locations --core-grid=2x2 --partition-strategy=block
import tilelang.language as T


@T.prim_func
def batched(A: T.Tensor((2, 256, 1024), "bfloat16"), W: T.Tensor((1024, 512), "bfloat16"), bias: T.Tensor((512,), "float32"), C: T.Tensor((2, 256, 512), "bfloat16")):
    with T.Kernel(4, 2, 2) as (bx, by, bz):
        a = T.alloc_shared((128, 32), "bfloat16")
        w = T.alloc_shared((32, 128), "bfloat16")
        c = T.alloc_fragment((128, 128), "float32")
        T.clear(c)
        for k in T.Pipelined(32, num_stages=2):
            T.copy(A[bz, by * 128, k * 32], a)
            T.copy(W[k * 32, bx * 128], w)
            T.gemm(a, w, c)
        for i, j in T.Parallel(128, 128):
            c[i, j] = T.max(c[i, j] + bias[bx * 128 + j], 0)
        T.copy(c, C[bz, by * 128, bx * 128])
