# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow --no-locations
import tilelang.language as T


@T.prim_func
def causal(A: T.Tensor((32, 64), "float32"), C: T.Tensor((32, 64), "float32")):
    with T.Kernel(2) as bx:
        for i, j in T.Parallel(32, 32):
            C[i, bx * 32 + j] = T.if_then_else(i >= bx * 32 + j, A[i, bx * 32 + j], 0.0)
