# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers,CoarsenK,FuseTiles --no-locations
import tilelang.language as T


@T.prim_func
def turned(A: T.Tensor((64, 64), "float32"), C: T.Tensor((64, 64), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((64, 64), "float32")
        doubled = T.alloc_fragment((64, 64), "float32")
        T.copy(A, shared)
        for i, j in T.Parallel(64, 64):
            doubled[i, j] = shared[i, j] * 2.0
        for i, j in T.Parallel(64, 64):
            shared[i, j] = doubled[j, i]
        T.copy(shared, C)
