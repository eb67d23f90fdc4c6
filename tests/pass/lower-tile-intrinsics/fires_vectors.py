# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def vectors(A: T.Tensor((64,), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        one = T.alloc_fragment((64,), "float32")
        other = T.alloc_fragment((64,), "float32")
        T.copy(A, one)
        for i in T.Parallel(64):
            other[i] = one[i] * 2.0
        for i, j in T.Parallel(64, 64):
            C[i, j] = other[i]
