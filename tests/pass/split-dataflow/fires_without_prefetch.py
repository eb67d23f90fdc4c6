# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow --no-locations --prefetch=false
import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((32, 64), "float32"), C: T.Tensor((32, 64), "float32")):
    with T.Kernel(2) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        T.copy(A[0, bx * 32], shared)
        T.copy(shared, C[0, bx * 32])
