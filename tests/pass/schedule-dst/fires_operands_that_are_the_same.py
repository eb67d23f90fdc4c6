# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST --no-locations
# A square takes its operand once, and 1 / x is x's reciprocal alone; 2 / x is not.
import tilelang.language as T


@T.prim_func
def squares(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        a = T.alloc_shared((32, 32), "float32")
        c = T.alloc_fragment((32, 32), "float32")
        T.copy(A, a)
        for i, j in T.Parallel(32, 32):
            c[i, j] = a[i, j] * a[i, j] + 1.0 / a[i, j] - 2.0 / a[i, j]
        for i, j in T.Parallel(32, 32):
            c[i, j] = (c[i, j] + 1.0) * (c[i, j] + 1.0)
        T.copy(c, C)
