# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems,CoarsenK,FuseTiles,AllocateCircularBuffers,BalanceMovers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization,GridToPersistentTT,InferMulticast --no-locations --core-grid=4x4
import tilelang.language as T


@T.prim_func
def many(X: T.Tensor((512, 512), "float32"), W0: T.Tensor((32, 512), "float32"), W1: T.Tensor((32, 512), "float32"), W2: T.Tensor((32, 512), "float32"), W3: T.Tensor((32, 512), "float32"), W4: T.Tensor((32, 512), "bfloat16"), W5: T.Tensor((32, 512), "float32"), W6: T.Tensor((32, 512), "float32"), W7: T.Tensor((32, 512), "float32"), W8: T.Tensor((32, 512), "float32"), Y: T.Tensor((512, 512), "float32")):
    with T.Kernel(16) as bx:
        x = T.alloc_shared((32, 512), "float32")
        T.copy(X[bx * 32, 0], x)
        for i, j in T.Parallel(32, 512):
            x[i, j] = x[i, j] + W0[i, j] + W1[i, j] + W2[i, j] + W3[i, j] + W4[i, j] + W5[i, j] + W6[i, j] + W7[i, j] + W8[i, j]
        T.copy(x, Y[bx * 32, 0])
