# run: opt --passes=Canonicalize,TTTilesToCoreMap --no-locations
# error: 8:10 launch-too-large
import tilelang.language as T


@T.prim_func
def nothing(A: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(65536, 65536) as (bx, by):
        shared = T.alloc_shared((32, 32), "bfloat16")
