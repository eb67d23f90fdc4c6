# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems --no-locations --core-grid=2x2
import tilelang.language as T


@T.prim_func
def rows(X: T.Tensor((512, 1024), "float32"), W: T.Tensor((32, 1024), "float32"), Y: T.Tensor((512, 64), "float32")):
    with T.Kernel(16) as bx:
        x = T.alloc_shared((32, 64), "float32")
        w = T.alloc_shared((32, 64), "float32")
        y = T.alloc_shared((32, 64), "float32")
        T.clear(y)
        for k in range(16):
            T.copy(X[bx * 32, k * 64], x)
            T.copy(W[0, k * 64], w)
            for i, j in T.Parallel(32, 64):
                y[i, j] = y[i, j] + x[i, j] * w[i, j]
        T.copy(y, Y[bx * 32, 0])
