# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 12:9 layout-conflict
import tilelang.language as T


@T.prim_func
def across(A: T.Tensor((32, 2, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        blocks = T.alloc_shared((32, 2, 32), "float32")
        plane = T.alloc_shared((32, 32), "float32")
        T.copy(A, blocks)
        T.copy(blocks[0:32, 0, 0:32], plane)
        T.copy(plane, C)
