# run: opt --passes=Canonicalize,InferTTLayout --no-locations
import tilelang.language as T


@T.prim_func
def whole_blocks(A: T.Tensor((512, 320), "bfloat16"), C: T.Tensor((512, 320), "bfloat16")):
    with T.Kernel(5, 8) as (bx, by):
        T.annotate_tt_layout({A: {"memory": "height_sharded"}, C: {"memory": "width_sharded", "shard": {"grid": [2, 8]}}})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
