# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
import tilelang.language as T


@T.prim_func
def broadcasts(
    A: T.Tensor((32, 64), "float32"),
    row: T.Tensor((64,), "float32"),
    column: T.Tensor((32,), "float32"),
    one: T.Tensor((1, 1), "float32"),
    C: T.Tensor((32, 64), "float32"),
):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 64), "float32")
        single = T.alloc_shared((1, 1), "float32")
        T.copy(A, shared)
        T.copy(one, single)
        for i, j in T.Parallel(32, 64):
            C[i, j] = shared[i, j] * row[j] + column[i] - shared[i, 0] + shared[0, j] * single[0, 0]
