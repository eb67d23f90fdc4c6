# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles --no-locations
import tilelang.language as T


@T.prim_func
def steps(A: T.Tensor((64, 32), "float32"), C: T.Tensor((64, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        value = T.alloc_fragment((32, 32), "float32")
        for k in T.serial(2):
            T.copy(A[k * 32, 0], shared)
            for i, j in T.Parallel(32, 32):
                value[i, j] = shared[i, j] * 2.0
            for i, j in T.Parallel(32, 32):
                shared[i, j] = value[i, j] + 1.0
            T.copy(shared, C[k * 32, 0])
