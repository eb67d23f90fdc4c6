# run: opt --passes=Canonicalize,TTTilesToCoreMap --no-locations --partition-strategy=column_major --core-grid=5x1
import tilelang.language as T


@T.prim_func
def nothing(A: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(3, 4) as (bx, by):
        shared = T.alloc_shared((32, 32), "bfloat16")
