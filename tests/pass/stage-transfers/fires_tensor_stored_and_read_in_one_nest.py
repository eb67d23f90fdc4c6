# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers --no-locations
import tilelang.language as T


@T.prim_func
def chained(A: T.Tensor((32, 32), "float32"), B: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 32):
            B[i, j] = A[i, j] * 2.0
            C[i, j] = B[i, j] + 1.0
