# run: opt --passes=apply_compatibility_transforms --no-locations
import tilelang.language as T


@T.prim_func
def twice(A: T.Tensor((128, 128), "bfloat16"), B: T.Tensor((128, 128), "bfloat16"), C: T.Tensor((128, 128), "bfloat16")):
    with T.Kernel(4, 4) as (bx, by):
        T.func_attr({"tt.core_ranges": [{"start": [0, 0], "extent": [2, 2]}]})
        A_shared = T.alloc_shared((32, 32), "bfloat16")
        T.copy(A[by * 32, bx * 32], A_shared)
        T.copy(A_shared, B[by * 32, bx * 32])
    with T.Kernel(4, 4) as (bx, by):
        B_shared = T.alloc_shared((32, 32), "bfloat16")
        T.copy(B[by * 32, bx * 32], B_shared)
        T.copy(B_shared, C[by * 32, bx * 32])
