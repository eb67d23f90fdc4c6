# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 11:9 partial-tile
import tilelang.language as T


@T.prim_func
def part(A: T.Tensor((96, 32), "bfloat16"), C: T.Tensor((96, 32), "bfloat16")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((48, 32), "bfloat16")
        T.copy(A[0:48, 0:32], shared)
        T.copy(shared, C[0:48, 0:32])
