# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 10:13 unaligned
import tilelang.language as T


@T.prim_func
def shift(A: T.Tensor((64, 64), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 32):
            C[i, j] = A[i + 1, j]
