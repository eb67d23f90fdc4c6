# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems,CoarsenK,FuseTiles,AllocateCircularBuffers,BalanceMovers --no-locations --core-grid=4x4
import tilelang.language as T


@T.prim_func
def three(X: T.Tensor((512, 512), "float32"), U: T.Tensor((512, 512), "float32"), V: T.Tensor((512, 512), "float32"), W: T.Tensor((512, 64), "float32"), Y: T.Tensor((512, 512), "float32")):
    with T.Kernel(16) as bx:
        x = T.alloc_shared((32, 512), "float32")
        u = T.alloc_shared((32, 64), "float32")
        v = T.alloc_shared((32, 512), "float32")
        w = T.alloc_shared((32, 512), "float32")
        T.copy(X[bx * 32, 0], x)
        for k in range(8):
            T.copy(W[k * 32, 0], u)
            T.copy(U[k * 32, 0], v)
            T.copy(V[k * 32, 0], w)
            for i, j in T.Parallel(32, 512):
                x[i, j] = x[i, j] + v[i, j] * w[i, j]
            for i, j in T.Parallel(32, 64):
                x[i, j] = x[i, j] + u[i, j]
        T.copy(x, Y[bx * 32, 0])
