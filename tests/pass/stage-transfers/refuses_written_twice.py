# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers --no-locations
# error: 13:17 written-twice
import tilelang.language as T


@T.prim_func
def choose(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 32):
            if i > j:
                C[i, j] = A[i, j]
            else:
                C[i, j] = 1.0
