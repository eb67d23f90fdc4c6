# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,AllocateCircularBuffers,InsertFlowControl --no-locations
import tilelang.language as T


@T.prim_func
def nested(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32"), D: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        value = T.alloc_fragment((32, 32), "float32")
        total = T.alloc_fragment((32, 32), "float32")
        for i, j in T.Parallel(32, 32):
            value[i, j] = A[i, j]
        for i, j in T.Parallel(32, 32):
            total[i, j] = value[i, j]
        for t in T.serial(3):
            for i, j in T.Parallel(32, 32):
                total[i, j] = total[i, j] + value[i, j]
            for u in T.serial(2):
                for i, j in T.Parallel(32, 32):
                    value[i, j] = value[i, j] * 0.5
        T.copy(value, C)
        T.copy(total, D)
