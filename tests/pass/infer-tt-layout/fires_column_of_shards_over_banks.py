# run: opt --passes=Canonicalize,InferTTLayout --no-locations
import tilelang.language as T


@T.prim_func
def banks(A: T.Tensor((512, 512), "bfloat16"), C: T.Tensor((512, 512), "bfloat16")):
    with T.Kernel(8, 8) as (bx, by):
        T.annotate_tt_layout({A: {"space": "dram", "memory": "height_sharded", "shard": {"order": "column_major"}}})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
