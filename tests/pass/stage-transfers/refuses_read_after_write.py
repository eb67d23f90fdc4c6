# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers --no-locations
# error: 13:9 read-after-write
import tilelang.language as T


@T.prim_func
def again(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32"), D: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        other = T.alloc_shared((32, 32), "float32")
        T.copy(A, shared)
        T.copy(shared, C)
        T.copy(C, other)
        T.copy(other, D)
