# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 12:9 unsupported-operation
import tilelang.language as T


@T.prim_func
def rows(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32,), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        total = T.alloc_fragment((32,), "float32")
        T.copy(A, shared)
        T.reduce_sum(shared, total, dim=1)
        T.copy(total, C)
