# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
# error: 10:13 unsupported-operation
import tilelang.language as T


@T.prim_func
def flip(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 32):
            C[i, j] = T.round(A[i, j])
