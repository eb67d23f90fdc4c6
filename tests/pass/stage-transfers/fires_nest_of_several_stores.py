# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers --no-locations
import tilelang.language as T


@T.prim_func
def several(A: T.Tensor((32, 32), "float32"), B: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        left = T.alloc_shared((32, 32), "float32")
        right = T.alloc_shared((32, 32), "float32")
        for i, j in T.Parallel(32, 32):
            left[i, j] = A[i, j]
            right[i, j] = B[i, j]
        for i, j in T.Parallel(32, 32):
            C[i, j] = left[i, j] + right[i, j]
