# run: opt --passes=apply_compatibility_transforms --no-locations
import tilelang.language as T


@T.prim_func
def copy(A: T.Tensor((2, 128, 128), "bfloat16"), C: T.Tensor((2, 128, 128), "bfloat16")):
    with T.Kernel(2, 2, 2) as (bx, by, bz):
        T.func_attr({"tt.block_shape": [64, 64]})
        A_shared = T.alloc_shared((32, 64), "bfloat16")
        for half in T.serial(2):
            row = by * 64 + half * 32
            T.copy(A[bz, row, bx * 64], A_shared)
            for i, j in T.Parallel(32, 64):
                C[bz, row + i, bx * 64 + j] = A_shared[i, j]
