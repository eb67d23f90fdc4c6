# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl --no-locations
import tilelang.language as T


@T.prim_func
def halves(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        value = T.alloc_fragment((32, 32), "float32")
        T.copy(A, shared)
        T.clear(value)
        for k in T.serial(4):
            for i, j in T.Parallel(32, 32):
                value[i, j] = value[i, j] * 0.5 + shared[i, j]
        T.copy(value, C)
