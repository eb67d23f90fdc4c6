# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization --no-locations
import tilelang.language as T


@T.prim_func
def branch(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        value = T.alloc_fragment((32, 32), "float32")
        T.copy(A, shared)
        for i, j in T.Parallel(32, 32):
            value[i, j] = T.exp(shared[i, j])
        for k in T.serial(4):
            if k == 1:
                for i, j in T.Parallel(32, 32):
                    value[i, j] = T.sin(value[i, j])
            for i, j in T.Parallel(32, 32):
                value[i, j] = T.exp(value[i, j])
        T.copy(value, C)
