# run: opt --passes=Canonicalize,TTTilesToCoreMap --no-locations --core-grid=2x2 --partition-strategy=block
import tilelang.language as T


@T.prim_func
def nothing(A: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(1000, 500) as (bx, by):
        shared = T.alloc_shared((32, 32), "bfloat16")
