# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
# error: 14:13 dst-pressure
import tilelang.language as T


@T.prim_func
def kernel(A: T.Tensor((32, 32), "float32"), B: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        left = T.alloc_shared((32, 32), "float32")
        right = T.alloc_shared((32, 32), "float32")
        T.copy(A, left)
        T.copy(B, right)
        for i, j in T.Parallel(32, 32):
            C[i, j] = T.exp(left[i, j] * 10.0) + T.sin(left[i, j]) * (T.exp(left[i, j] * 9.0) + T.sin(left[i, j]) * (T.exp(left[i, j] * 8.0) + T.sin(left[i, j]) * (T.exp(left[i, j] * 7.0) + T.sin(left[i, j]) * (T.exp(left[i, j] * 6.0) + T.sin(left[i, j]) * (T.exp(left[i, j] * 5.0) + T.sin(left[i, j]) * (T.exp(left[i, j] * 4.0) + T.sin(left[i, j]) * (T.exp(left[i, j] * 3.0) + T.sin(left[i, j]) * (T.exp(left[i, j] * 2.0) + T.sin(left[i, j]) * (T.exp(left[i, j]))))))))))
