# run: opt --passes=Canonicalize,TTTilesToCoreMap --no-locations
# error: 10:10 unsupported-launches
import tilelang.language as T


@T.prim_func
def two(A: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "bfloat16")
    with T.Kernel(2) as bx:
        other = T.alloc_shared((32, 32), "bfloat16")
