# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --accumulate=16 --no-locations
import tilelang.language as T


@T.prim_func
def epilogues(
    A: T.Tensor((32, 32), "bfloat16"),
    B: T.Tensor((32, 32), "bfloat16"),
    R: T.Tensor((32, 32), "bfloat16"),
    C: T.Tensor((32, 32), "bfloat16"),
    D: T.Tensor((32, 32), "float32"),
):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        R_shared = T.alloc_shared((32, 32), "bfloat16")
        sum = T.alloc_fragment((32, 32), "float32")
        copied = T.alloc_shared((32, 32), "float32")
        computed = T.alloc_fragment((32, 32), "float32")
        T.copy(A, A_shared)
        T.copy(B, B_shared)
        T.copy(R, R_shared)
        T.fill(sum, 1.0)
        T.gemm(A_shared, B_shared, sum)
        for i, j in T.Parallel(32, 32):
            sum[i, j] = T.max(sum[i, j] + R_shared[i, j], 0)
        for i, j in T.Parallel(32, 32):
            sum[i, j] = sum[i, j] * 0.3 - R_shared[i, j]
        T.fill(copied, 0.0)
        T.copy(sum, copied)
        for i, j in T.Parallel(32, 32):
            computed[i, j] = copied[i, j] * R_shared[i, j]
        T.copy(copied, C)
        T.copy(computed, D)
