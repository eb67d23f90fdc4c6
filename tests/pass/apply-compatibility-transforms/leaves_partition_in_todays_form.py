# run: opt --passes=apply_compatibility_transforms --no-locations
import tilelang.language as T


@T.prim_func
def nothing(A: T.Tensor((32, 32), "bfloat16")):
    with T.Kernel(2, 2) as (bx, by):
        T.func_attr({"tt.work_partition": [{"core": [1, 0], "block": [0, 0, 2, 2]}], "tt.core_grid": [2, 1], "mine": 1})
        shared = T.alloc_shared((32, 32), "bfloat16")
