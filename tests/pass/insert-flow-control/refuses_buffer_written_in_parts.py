# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl --no-locations
# error: 11:9 buffer-lifetime
import tilelang.language as T


@T.prim_func
def parts(A: T.Tensor((64, 32), "float32"), C: T.Tensor((64, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((64, 32), "float32")
        T.copy(A[0:32, :], shared[0:32, :])
        T.copy(A[32:64, :], shared[32:64, :])
        T.copy(shared, C)
