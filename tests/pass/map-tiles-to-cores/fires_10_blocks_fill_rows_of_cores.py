# run: opt --passes=Canonicalize,TTTilesToCoreMap --no-locations
import tilelang.language as T


@T.prim_func
def nothing(A: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(10) as bx:
        shared = T.alloc_shared((32, 32), "bfloat16")
