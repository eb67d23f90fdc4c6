# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization --no-locations
# Every item begins and ends with a copy, but the first one stands in a loop whose turns end with a product.
import tilelang.language as T


@T.prim_func
def beside(A: T.Tensor((64, 128), "bfloat16"), B: T.Tensor((128, 64), "bfloat16"), C: T.Tensor((64, 64), "float32"), D: T.Tensor((64, 64), "float32")):
    with T.Kernel(2, 2) as (bx, by):
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        C_local = T.alloc_fragment((32, 32), "float32")
        D_local = T.alloc_fragment((32, 32), "float32")
        T.clear(C_local)
        T.clear(D_local)
        for k in T.serial(4):
            T.copy(A[by * 32, k * 32], A_shared)
            T.copy(B[k * 32, bx * 32], B_shared)
            for i, j in T.Parallel(32, 32):
                D_local[i, j] = D_local[i, j] + T.cast(A_shared[i, j], "float32")
            T.gemm(A_shared, B_shared, C_local)
        T.copy(C_local, C[by * 32, bx * 32])
        T.copy(D_local, D[by * 32, bx * 32])
