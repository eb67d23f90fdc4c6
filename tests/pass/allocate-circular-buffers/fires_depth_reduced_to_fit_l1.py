# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers --no-locations
import tilelang.language as T


@T.prim_func
def stream(A: T.Tensor((1024, 256), "float32"), C: T.Tensor((1024, 256), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((256, 256), "float32")
        for k in T.Pipelined(4, num_stages=8):
            T.copy(A[k * 256, 0], shared)
            T.copy(shared, C[k * 256, 0])
