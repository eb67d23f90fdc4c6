# error: 12:38 syntax
# error: 15:14 syntax
# error: 19:34 syntax
# error: 23:23 syntax
# exit: 1
import tilelang
import tilelang.language as T


@tilelang.jit
def kernel(A):
    A: T.Tensor((M, N), "float32") = = 3
    M, N = T.const("M, N")
    C = T.empty((M, N), "float32")
    for i in in range(3):
        pass
    with T.Kernel(T.ceildiv(N, 64), T.ceildiv(M, 64), threads=128) as (bx, by):
        A_shared = T.alloc_shared((64, 64), "float32")
        if bx == 0 and by == 0 or
            T.clear(A_shared)
        else:
            T.copy(A[by * 64, bx * 64], A_shared)
        A_shared[0, 0 = 1
