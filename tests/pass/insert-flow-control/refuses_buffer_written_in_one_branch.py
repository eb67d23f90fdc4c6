# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl --no-locations
# error: 10:9 buffer-lifetime
import tilelang.language as T


@T.prim_func
def one_branch(A: T.Tensor((64, 32), "float32"), C: T.Tensor((64, 32), "float32")):
    with T.Kernel(2) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        if bx == 0:
            T.copy(A[bx * 32, 0], shared)
        T.copy(shared, C[bx * 32, 0])
