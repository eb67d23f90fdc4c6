# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def copies(A: T.Tensor((4, 64, 96), "bfloat16"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(2) as bx:
        half = T.alloc_shared((32, 64), "bfloat16")
        whole = T.alloc_fragment((64, 64), "float32")
        T.fill(whole, 1.5)
        T.clear(whole[0:32, 0:64])
        T.copy(A[bx, 32:64, 32:96], half)
        T.copy(half, whole[32:64, 0:64])
        T.copy(whole, C)
