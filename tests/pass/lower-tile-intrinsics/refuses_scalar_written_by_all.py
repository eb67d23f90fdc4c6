# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 12:13 access-pattern
import tilelang.language as T


@T.prim_func
def all_write(A: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        last = T.alloc_var("float32")
        last = 0.0
        for i, j in T.Parallel(32, 32):
            last = A[i, j]
