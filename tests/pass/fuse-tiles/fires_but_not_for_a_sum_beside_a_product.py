# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,FuseTiles --no-locations
import tilelang.language as T


@T.prim_func
def beside(A: T.Tensor((32, 64), "bfloat16"), C: T.Tensor((32, 32), "float32"), D: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        product = T.alloc_fragment((32, 32), "float32")
        total = T.alloc_fragment((32, 32), "float32")
        T.clear(product)
        T.clear(total)
        for k in T.serial(2):
            T.copy(A[0, k * 32], A_shared)
            for i, j in T.Parallel(32, 32):
                total[i, j] = total[i, j] + 1.0
            T.gemm(A_shared, A_shared, product)
        T.copy(product, C)
        T.copy(total, D)
