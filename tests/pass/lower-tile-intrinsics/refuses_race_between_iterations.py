# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 12:13 race
import tilelang.language as T


@T.prim_func
def difference(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((32, 32), "float32")
        T.copy(A, S)
        for i, j in T.Parallel(32, 32):
            S[i, j] = S[i, j] - S[i, 0]
        T.copy(S, C)
