# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers --no-locations --double-buffer=false
import tilelang.language as T


@T.prim_func
def stream(A: T.Tensor((128, 32), "float32"), C: T.Tensor((128, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        for k in T.Pipelined(4, num_stages=4):
            T.copy(A[k * 32, 0], shared)
            T.copy(shared, C[k * 32, 0])
