# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization --no-locations
import tilelang.language as T


# A turn begins with value, and the one before it may have ended with value or with shared.
@T.prim_func
def branch(A: T.Tensor((32, 32), "bfloat16"), E: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "bfloat16")
        value = T.alloc_fragment((32, 32), "float32")
        T.copy(E, value)
        T.copy(A, shared)
        for i, j in T.Parallel(32, 32):
            value[i, j] = value[i, j] * 0.5
        for k in T.serial(4):
            for i, j in T.Parallel(32, 32):
                value[i, j] = value[i, j] + shared[i, j]
            if k % 2 == 1:
                for i, j in T.Parallel(32, 32):
                    value[i, j] = value[i, j] * 0.25
        T.copy(value, C)
