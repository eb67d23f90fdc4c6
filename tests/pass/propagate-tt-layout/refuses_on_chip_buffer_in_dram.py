# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout
# error: 10:49 layout-annotation
import tilelang.language as T


@T.prim_func
def on_chip(A: T.Tensor((256, 256), "bfloat16"), C: T.Tensor((256, 256), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        shared = T.alloc_shared((64, 64), "bfloat16")
        T.annotate_tt_layout({shared: {"space": "dram"}})
        T.copy(A[by * 64, bx * 64], shared)
        T.copy(shared, C[by * 64, bx * 64])
