# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl --no-locations
import tilelang.language as T


@T.prim_func
def unread(A: T.Tensor((64, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        T.copy(A[0, 0], shared)
        T.copy(shared, C)
        T.copy(A[32, 0], shared)
