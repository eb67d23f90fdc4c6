# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles --no-locations
import tilelang.language as T


# The sum is cleared before its operand is computed, and begins in DST all the same.
@T.prim_func
def scaled(A: T.Tensor((64, 64), "bfloat16"), B: T.Tensor((64, 64), "bfloat16"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((64, 64), "bfloat16")
        A_scaled = T.alloc_shared((64, 64), "bfloat16")
        B_shared = T.alloc_shared((64, 64), "bfloat16")
        total = T.alloc_fragment((64, 64), "float32")
        T.clear(total)
        T.copy(A, A_shared)
        T.copy(B, B_shared)
        for i, j in T.Parallel(64, 64):
            A_scaled[i, j] = A_shared[i, j] * 0.5
        T.gemm(A_scaled, B_shared, total)
        T.copy(total, C)
