# run: opt --passes=Canonicalize,InferTTLayout --no-locations
import tilelang.language as T


@T.prim_func
def batches(A: T.Tensor((3, 128, 256), "bfloat16"), C: T.Tensor((3, 128, 256), "bfloat16")):
    with T.Kernel(4, 2, 3) as (bx, by, bz):
        T.annotate_tt_layout({A: {"memory": "height_sharded"}, C: {"shard": {"shape": [192, 64], "grid": [4, 2]}}})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[bz, by * 64, bx * 64], shared)
        T.copy(shared, C[bz, by * 64, bx * 64])
