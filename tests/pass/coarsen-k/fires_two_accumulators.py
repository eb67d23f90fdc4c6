# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK --no-locations
import tilelang.language as T


@T.prim_func
def gated(
    A: T.Tensor((32, 128), "bfloat16"),
    B: T.Tensor((128, 32), "bfloat16"),
    G: T.Tensor((128, 32), "bfloat16"),
    C: T.Tensor((32, 32), "float32"),
):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        G_shared = T.alloc_shared((32, 32), "bfloat16")
        up = T.alloc_fragment((32, 32), "float32")
        gate = T.alloc_fragment((32, 32), "float32")
        T.clear(up)
        T.clear(gate)
        for k in T.serial(4):
            T.copy(A[0, k * 32], A_shared)
            T.copy(B[k * 32, 0], B_shared)
            T.copy(G[k * 32, 0], G_shared)
            T.gemm(A_shared, B_shared, up)
            T.gemm(A_shared, G_shared, gate)
        for i, j in T.Parallel(32, 32):
            C[i, j] = up[i, j] * gate[i, j]
