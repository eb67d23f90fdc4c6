# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers --no-locations
# error: 9:18 l1-overflow
import tilelang.language as T


@T.prim_func
def huge(A: T.Tensor((32768, 8192), "bfloat16"), C: T.Tensor((32768, 8192), "bfloat16")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32768, 8192), "bfloat16")
        T.copy(A, shared)
        T.copy(shared, C)
