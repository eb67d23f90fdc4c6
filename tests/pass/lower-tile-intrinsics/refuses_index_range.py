# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 10:13 index-range
import tilelang.language as T


@T.prim_func
def below(C: T.Tensor((8192, 4096), "float32")):
    with T.Kernel(128, 256) as (bx, by):
        for i, j in T.Parallel(32, 32):
            C[by * 32 + i, bx * 32 + j] = T.if_then_else((by * 32 + i) * 4096 + bx * 32 + j < 30000000, 1.0, 0.0)
