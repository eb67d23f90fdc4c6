# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers --no-locations
import tilelang.language as T


@T.prim_func
def upper(A: T.Tensor((32, 32), "bfloat16"), C: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 32):
            C[i, j] = T.if_then_else(i <= j, A[i, j], 0.0)
