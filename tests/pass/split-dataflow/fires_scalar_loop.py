# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow --no-locations
import tilelang.language as T


@T.prim_func
def powers(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        power = T.alloc_var("float32")
        power = 2.0
        T.copy(A, shared)
        for k in T.serial(3):
            power = power * 2.0
        for i, j in T.Parallel(32, 32):
            C[i, j] = shared[i, j] * power
