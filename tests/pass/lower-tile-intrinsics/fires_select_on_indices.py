# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def causal(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(2, 2) as (bx, by):
        shared = T.alloc_shared((32, 32), "float32")
        T.copy(A[by * 32, bx * 32], shared)
        for i, j in T.Parallel(32, 32):
            if by * 32 + i < bx * 32 + j:
                shared[i, j] = 0.0
            else:
                shared[i, j] = T.cast(i, "float32") + shared[i, j]
        T.copy(shared, C[by * 32, bx * 32])
