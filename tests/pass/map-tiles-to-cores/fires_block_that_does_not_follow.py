# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout,PadTiles,TTTilesToCoreMap --no-locations
import tilelang.language as T


@T.prim_func
def folded(A: T.Tensor((256, 256), "bfloat16"), C: T.Tensor((256, 256), "bfloat16")):
    with T.Kernel(16) as pid:
        T.annotate_tt_layout({C: {"memory": "height_sharded"}})
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.copy(A[pid // 4 * 64, pid % 4 * 64], shared)
        T.copy(shared, C[pid // 4 * 64, pid % 4 * 64])
