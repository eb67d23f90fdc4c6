# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def regions(A: T.Tensor((32, 64), "bfloat16"), B: T.Tensor((64, 32), "bfloat16"), C: T.Tensor((32, 64), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 64), "bfloat16")
        B_shared = T.alloc_shared((64, 32), "bfloat16")
        C_local = T.alloc_fragment((32, 64), "float32")
        T.copy(A, A_shared)
        T.copy(B, B_shared)
        T.clear(C_local)
        T.gemm(A_shared[:, 32:64], B_shared[32:64, :], C_local[:, 32:64])
        T.copy(C_local, C)
