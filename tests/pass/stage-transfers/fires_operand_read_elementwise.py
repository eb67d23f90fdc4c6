# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers --no-locations
# A product gets its own copy of an fp32 buffer that is also read elementwise.
import tilelang.language as T


@T.prim_func
def product_and_triple(
    A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32"), D: T.Tensor((64, 64), "float32")
):
    with T.Kernel(1) as bx:
        S = T.alloc_shared((64, 64), "float32")
        L = T.alloc_fragment((64, 64), "float32")
        R = T.alloc_fragment((64, 64), "float32")
        T.copy(A, S)
        T.clear(L)
        T.gemm(S, S, L, transpose_B=True)
        for i, j in T.Parallel(64, 64):
            R[i, j] = S[i, j] * 3.0
        T.copy(L, C)
        T.copy(R, D)
