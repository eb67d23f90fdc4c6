# error: 9:38 value
# exit: 1
import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((128, 128), "bfloat16"), C: T.Tensor((128, 128), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.func_attr({"tt.canonical": True})
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        T.copy(A[by * 32, bx * 32], A_shared)
        T.copy(A_shared, C[by * 32, bx * 32])
