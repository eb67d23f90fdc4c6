# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers --no-locations
import tilelang.language as T


@T.prim_func
def add(A: T.Tensor((32, 32), "bfloat16"), B: T.Tensor((32, 32), "bfloat16"), C: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(1) as bx:
        for i, j in T.Parallel(32, 32):
            C[i, j] = A[i, j] + B[i, j]
