# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def turn(A: T.Tensor((64, 32), "float32"), C: T.Tensor((32, 64), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((64, 32), "float32")
        T.copy(A, shared)
        for i, j in T.Parallel(32, 64):
            C[i, j] = shared[j, i]
