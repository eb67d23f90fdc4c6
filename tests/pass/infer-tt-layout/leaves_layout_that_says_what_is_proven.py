# run: opt --passes=Canonicalize,InferTTLayout,InferTTLayout --no-locations
import tilelang.language as T


@T.prim_func
def said(A: T.Tensor((256, 256), "bfloat16"), C: T.Tensor((256, 256), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.annotate_tt_layout({A: {"space": "dram", "memory": "interleaved", "tile_plane": [0, 1], "tile_shape": [32, 32], "format": "bfloat16", "orientation": "tile", "shard": None, "tile_id_order": "row_major", "padded_shape": [256, 256]}})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
