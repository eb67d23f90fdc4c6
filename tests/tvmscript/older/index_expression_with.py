# as: index_expression
from tvm.script import tir as T


@T.prim_func
def index_expression(A: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
    with T.launch_thread("blockIdx.y", 1) as by, T.launch_thread("blockIdx.x", 1) as bx:
        A_shared = T.alloc_buffer((64, 64), "float32", scope="shared")
        C_local = T.alloc_buffer((64, 64), "float32", scope="local.fragment")
        T.copy(T.region(A[by * 64, bx * 64], 1, 64, 64), T.region(A_shared[0, 0], 2, 64, 64))
        for i in T.parallel(64):
            for j in T.parallel(64):
                with T.block("element"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    C_local[vi, vj] = A_shared[vi, vj] + T.Cast("float32", (by * 64 + vi) * 1000 + bx * 64 + vj)
        T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[by * 64, bx * 64], 2, 64, 64))
