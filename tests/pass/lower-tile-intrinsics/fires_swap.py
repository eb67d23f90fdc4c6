# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def swap(A: T.Tensor((32, 32), "float32"), B: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        left = T.alloc_fragment((32, 32), "float32")
        right = T.alloc_fragment((32, 32), "float32")
        T.copy(A, left)
        T.copy(B, right)
        for i, j in T.Parallel(32, 32):
            left[i, j], right[i, j] = right[i, j], left[i, j]
        T.copy(left, C)
