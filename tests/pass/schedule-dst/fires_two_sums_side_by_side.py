# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
import tilelang.language as T


# Both sums are added to in L1: the packer is told anew for the second, and need not stop in between.
@T.prim_func
def sums(
    A: T.Tensor((32, 512), "bfloat16"),
    B: T.Tensor((512, 32), "bfloat16"),
    D: T.Tensor((512, 32), "bfloat16"),
    C: T.Tensor((32, 32), "float32"),
):
    with T.Kernel(1) as bx:
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        D_shared = T.alloc_shared((32, 32), "bfloat16")
        first = T.alloc_fragment((32, 32), "float32")
        second = T.alloc_fragment((32, 32), "float32")
        T.clear(first)
        T.clear(second)
        for k in T.serial(16):
            T.copy(A[0, k * 32], A_shared)
            T.copy(B[k * 32, 0], B_shared)
            T.copy(D[k * 32, 0], D_shared)
            T.gemm(A_shared, B_shared, first)
            T.gemm(A_shared, D_shared, second)
        for i, j in T.Parallel(32, 32):
            first[i, j] = first[i, j] * second[i, j]
        T.copy(first, C)
