# error: 7:34 core-grid
# exit: 1
# from tvm.script import tirx as T

@T.prim_func
def kernel(A: T.handle, C_handle: T.handle):
    T.func_attr({"tt.core_grid": [9, 9]})
    A_1 = T.match_buffer(A, (64, 64), "bfloat16", strides=(64, 1))
    C = T.match_buffer(C_handle, (64, 64), "bfloat16", strides=(64, 1))
    for bx in T.thread_binding(2, thread="blockIdx.x"):
        tx: T.int32 = T.launch_thread_idx(0)
        with T.sblock("tilelang_root"):
            T.reads()
            T.writes()
            T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
            S = T.sblock_alloc_buffer((32, 64), "bfloat16", scope="shared.dyn")
            L = T.sblock_alloc_buffer((32, 32), scope="local.fragment")
            T.copy(T.region(A_1[bx * 32, 0], 1, 32, 64), T.region(S[0, 0], 2, 32, 64))
            T.gemm(T.region(S[0, 0], 1, 32, 64), T.region(S[0, 0], 1, 32, 64), T.region(L[0, 0], 3, 32, 32), T.bool(False), T.bool(True), 32, 32, 64, 0, T.bool(True), 0, 0, 0)
            T.copy(T.region(S[0, 0], 1, 32, 64), T.region(C[bx * 32, 0], 2, 32, 64))
