# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl --no-locations
# error: 10:9 buffer-lifetime
import tilelang.language as T


@T.prim_func
def in_loop(A: T.Tensor((64, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        for k in T.serial(2):
            T.copy(A[k * 32, 0], shared)
        T.copy(shared, C)
