# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers --no-locations
import tilelang.language as T


@T.prim_func
def gemm(A: T.Tensor((32, 32), "float32"), E: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 32), "float32")
        E_shared = T.alloc_shared((32, 32), "float32")
        C_local = T.alloc_fragment((32, 32), "float32")
        T.copy(A, A_shared)
        T.copy(E, E_shared)
        T.gemm(A_shared, A_shared, C_local, clear_accum=True)
        for i, j in T.Parallel(32, 32):
            C[i, j] = C_local[i, j] + E_shared[i, j]
