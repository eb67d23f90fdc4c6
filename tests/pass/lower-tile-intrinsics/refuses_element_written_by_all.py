# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 10:13 access-pattern
import tilelang.language as T


@T.prim_func
def all_write(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 32):
            C[0, j] = A[i, j]
