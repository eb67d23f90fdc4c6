# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics,StageTransfers --no-locations
# error: 11:13 read-after-write
import tilelang.language as T


@T.prim_func
def again(A: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        for turn in T.serial(4):
            T.copy(A, shared)
            for i, j in T.Parallel(32, 32):
                shared[i, j] = shared[i, j] * 2.0
            T.copy(shared, A)
