# run: opt --passes=Canonicalize,TTTilesToCoreMap --no-locations --partition-strategy=column_major --core-grid=2x2
import tilelang.language as T


@T.prim_func
def nothing(A: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(6, 4) as (bx, by):
        shared = T.alloc_shared((32, 32), "bfloat16")
