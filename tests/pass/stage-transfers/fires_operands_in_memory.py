# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers --no-locations
import tilelang.language as T


@T.prim_func
def bias_relu(A: T.Tensor((64, 32), "bfloat16"), bias: T.Tensor((32,), "float32"), C: T.Tensor((64, 32), "bfloat16")):
    with T.Kernel(2) as bx:
        for i, j in T.Parallel(32, 32):
            C[bx * 32 + i, j] = T.max(A[bx * 32 + i, j] + bias[j], 0.0)
