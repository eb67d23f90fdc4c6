# error: 10:38 syntax
# error: 12:20 syntax
# error: 15:37 syntax
# exit: 1
import tilelang
import tilelang.language as T

@tilelang.jit
def kernel(A):
    A: T.Tensor((64, 64), "float32") $ what? is $ this?
    C = T.empty((64, 64), "float32")
    name = "abc" + 'open
    with T.Kernel(1, threads=128) as bx:
        A_shared = T.alloc_shared((64, 64), "float32")
        T.copy(A, A_shared[0:64, 0: "64])
        T.copy(A_shared, C)
    return C
