# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def negate(A: T.Tensor((32, 32), "float32"), B: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        value = T.alloc_fragment((32, 32), "float32")
        changed = T.alloc_fragment((32, 32), "float32")
        T.copy(A, value)
        T.clear(changed)
        for i, j in T.Parallel(32, 32):
            if value[i, j] > 0.0:
                value[i, j] = -value[i, j]
                changed[i, j] = 1.0
        T.copy(value, B)
        T.copy(changed, C)
