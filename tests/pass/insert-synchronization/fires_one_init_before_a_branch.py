# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles,AllocateCircularBuffers,InsertFlowControl,SplitDataflow,ScheduleDST,InsertSynchronization --no-locations
import tilelang.language as T


# Every turn that computes asks for the same: before the loop is enough, and the packer is set by the start-up.
@T.prim_func
def branch(A: T.Tensor((128, 32), "float32"), C: T.Tensor((128, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        for k in T.serial(4):
            if k != 2:
                T.copy(A[k * 32, 0], shared)
                for i, j in T.Parallel(32, 32):
                    shared[i, j] = shared[i, j] * 2.0
                T.copy(shared, C[k * 32, 0])
