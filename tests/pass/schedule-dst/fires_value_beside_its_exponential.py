# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
import tilelang.language as T


@T.prim_func
def add_exp(A: T.Tensor((32, 32), "float32"), B: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        value = T.alloc_fragment((32, 32), "float32")
        T.copy(A, value)
        for i, j in T.Parallel(32, 32):
            value[i, j] = value[i, j] * 0.5
        for i, j in T.Parallel(32, 32):
            value[i, j] = value[i, j] + T.exp(value[i, j])
        T.copy(value, B)
