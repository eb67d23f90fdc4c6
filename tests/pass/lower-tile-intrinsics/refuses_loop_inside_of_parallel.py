# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 11:13 unsupported-operation
import tilelang.language as T


@T.prim_func
def sums(A: T.Tensor((4, 32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 32):
            C[i, j] = 0.0
            for k in T.serial(4):
                C[i, j] = C[i, j] + A[k, i, j]
