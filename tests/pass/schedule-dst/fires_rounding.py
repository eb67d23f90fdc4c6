# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
# What a bfloat16 buffer or a cast to bfloat16 holds is rounded also where it stays in an fp32 DST.
import tilelang.language as T


@T.prim_func
def residue(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        F = T.alloc_fragment((32, 32), "float32")
        S = T.alloc_shared((32, 32), "bfloat16")
        T.copy(A, F)
        for i, j in T.Parallel(32, 32):
            S[i, j] = F[i, j]
            F[i, j] = F[i, j] - S[i, j] + T.cast(T.cast(F[i, j], "bfloat16"), "float32")
        T.copy(F, C)
