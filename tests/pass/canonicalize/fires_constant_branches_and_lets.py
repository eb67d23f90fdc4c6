# run: opt --passes=Canonicalize --no-locations
import tilelang.language as T


@T.prim_func
def fold(A: T.Tensor((64, 32), "float32"), C: T.Tensor((64, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        for k in T.serial(2, 4):
            row: T.int32 = (k - 2) * 32
            for turn in T.serial(1):
                if turn == 0:
                    T.copy(A[row, 0], shared)
                if turn > 0:
                    T.clear(shared)
            T.copy(shared, C[row, 0])
            for turn in T.serial(0):
                T.clear(shared)
