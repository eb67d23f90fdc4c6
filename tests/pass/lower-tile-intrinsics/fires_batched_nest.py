# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def batched(A: T.Tensor((2, 3, 32, 64), "float32"), C: T.Tensor((2, 3, 32, 64), "float32")):
    with T.Kernel(2) as bx:
        for b, i, j in T.Parallel(3, 32, 64):
            C[bx, b, i, j] = A[bx, b, i, j] + 1.0
