# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def shift(A: T.Tensor((64, 32), "float32"), C: T.Tensor((64, 32), "float32")):
    with T.Kernel(2) as bx:
        shared = T.alloc_shared((64, 32), "float32")
        T.copy(A, shared)
        for i, j in T.Parallel(32, 32):
            C[bx * 32 + i, j] = shared[(1 - bx) * 32 + i, j]
