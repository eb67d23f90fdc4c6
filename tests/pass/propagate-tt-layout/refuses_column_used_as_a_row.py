# run: opt --passes=Canonicalize,InferTTLayout,PropagateTTLayout --no-locations
# error: 10:18 layout-conflict
import tilelang.language as T


@T.prim_func
def turn(A: T.Tensor((32, 32), "float32"), C: T.Tensor((32, 32), "float32")):
    with T.Kernel(1) as bx:
        shared = T.alloc_shared((32, 32), "float32")
        column = T.alloc_fragment((32,), "float32")
        T.copy(A, shared)
        for i in T.Parallel(32):
            column[i] = shared[i, 0]
        for i, j in T.Parallel(32, 32):
            C[i, j] = shared[i, j] - column[j]
