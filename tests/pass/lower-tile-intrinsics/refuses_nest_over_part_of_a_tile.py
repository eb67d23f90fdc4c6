# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 10:13 access-pattern
import tilelang.language as T


@T.prim_func
def part(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(16, 32):
            C[i, j] = A[i, j]
