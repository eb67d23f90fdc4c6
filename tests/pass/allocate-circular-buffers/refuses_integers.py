# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers --no-locations
# error: 9:18 unsupported-format
import tilelang.language as T


@T.prim_func
def count(A: T.Tensor((32, 32), "int32"), C: T.Tensor((32, 32), "int32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "int32")
        T.copy(A, shared)
        T.copy(shared, C)
