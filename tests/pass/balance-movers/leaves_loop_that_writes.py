# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap,LowerTTTileIntrinsics,StageTransfers,CoarsenItems,CoarsenK,FuseTiles,AllocateCircularBuffers,BalanceMovers --no-locations --core-grid=4x4
import tilelang.language as T


@T.prim_func
def rows(U: T.Tensor((512, 512), "float32"), V: T.Tensor((512, 512), "float32"), Y: T.Tensor((512, 512), "float32")):
    with T.Kernel(1) as bx:
        v = T.alloc_shared((32, 512), "float32")
        w = T.alloc_shared((32, 512), "float32")
        for k in range(16):
            T.copy(U[k * 32, 0], v)
            T.copy(V[k * 32, 0], w)
            for i, j in T.Parallel(32, 512):
                v[i, j] = v[i, j] * w[i, j]
            T.copy(v, Y[k * 32, 0])
