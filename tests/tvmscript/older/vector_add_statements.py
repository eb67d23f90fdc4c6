# as: vector_add
from tvm.script import tir as T


@T.prim_func
def vector_add(a: T.handle, b: T.handle, c: T.handle):
    A = T.match_buffer(a, [1024], dtype="float32")
    B = T.match_buffer(b, [1024], dtype="float32")
    C = T.match_buffer(c, [1024], dtype="float32")
    bx = T.env_thread("blockIdx.x")
    tx = T.env_thread("threadIdx.x")
    T.launch_thread(bx, 4)
    T.launch_thread(tx, 128)
    A_shared = T.alloc_buffer([256], "float32", scope="shared")
    B_shared = T.alloc_buffer([256], "float32", scope="shared")
    C_local = T.alloc_buffer([256], "float32", scope="local.fragment")
    T.copy(T.region(A[bx * 256], 1, 256), T.region(A_shared[0], 2, 256))
    T.copy(T.region(B[bx * 256], 1, 256), T.region(B_shared[0], 2, 256))
    for i in T.parallel(256):
        C_local[i] = A_shared[i] + B_shared[i]
    T.copy(T.region(C_local[0], 1, 256), T.region(C[bx * 256], 2, 256))
