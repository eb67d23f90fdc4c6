# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles --no-locations
# error: 16:9 partial-tile
import tilelang.language as T


@T.prim_func
def part(A: T.Tensor((32, 48), "bfloat16"), B: T.Tensor((48, 32), "bfloat16"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 48), "bfloat16")
        B_shared = T.alloc_shared((48, 32), "bfloat16")
        C_local = T.alloc_fragment((32, 32), "float32")
        for i, j in T.Parallel(32, 48):
            A_shared[i, j] = T.exp(A[i, j])
        for i, j in T.Parallel(48, 32):
            B_shared[i, j] = T.exp(B[i, j])
        T.gemm(A_shared, B_shared, C_local, clear_accum=True)
        T.copy(C_local, C)
