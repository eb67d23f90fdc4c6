# run: run m=3000000000
# error: 10:9 integer-overflow
# exit: 1
import tilelang
import tilelang.language as T


@tilelang.jit(out_idx=[-1])
def kernel():
    m = T.dynamic("m")

    @T.prim_func
    def main(A: T.Tensor((m, 64), "float32"), C: T.Tensor((m, 64), "float32")):
        with T.Kernel(T.ceildiv(m, 32)) as bx:
            A_shared = T.alloc_shared((32, 64), "float32")
            T.copy(A[bx * 32, 0], A_shared)
            T.copy(A_shared, C[bx * 32, 0])

    return main
