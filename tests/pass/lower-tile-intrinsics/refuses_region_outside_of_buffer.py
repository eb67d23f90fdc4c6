# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,LowerTTTileIntrinsics --no-locations
# error: 11:13 out-of-bounds
import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((128, 32), "bfloat16"), C: T.Tensor((128, 32), "bfloat16")):
    with T.Kernel(1, 1) as (bx, by):
        A_shared = T.alloc_shared((64, 32), "bfloat16")
        for k in T.serial(4):
            T.copy(A[k*32:k*32+32, 0:32], A_shared[k * 32:k*32+32, 0:32])
            T.copy(A_shared[0:32,0:32], C[k * 32:k*32+32, 0:32])
