# from tvm.script import tirx as T

@T.prim_func
def compare_and_select(A: T.handle, B: T.handle, C_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    A_1 = T.match_buffer(A, (100, 70), strides=(70, 1))
    B_1 = T.match_buffer(B, (100, 70), strides=(70, 1))
    C = T.match_buffer(C_handle, (100, 70), strides=(70, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding(2, thread="blockIdx.x"):
        for by in T.thread_binding(2, thread="blockIdx.y"):
            tx: T.int32 = T.launch_thread_idx(0)
            ty: T.int32 = T.launch_thread_idx(1)
            tz: T.int32 = T.launch_thread_idx(2)
            with T.sblock("tilelang_root"):
                T.reads()
                T.writes()
                T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
                A_shared = T.sblock_alloc_buffer((64, 64), scope="shared.dyn")
                B_shared = T.sblock_alloc_buffer((64, 64), scope="shared.dyn")
                C_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
                T.copy(T.region(A_1[by * 64, bx * 64], 1, 64, 64), T.region(A_shared[0, 0], 2, 64, 64))
                T.copy(T.region(B_1[by * 64, bx * 64], 1, 64, 64), T.region(B_shared[0, 0], 2, 64, 64))
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        C_local[i, j] = T.if_then_else(A_shared[i, j] > B_shared[i, j] and A_shared[i, j] >= T.float32(0.0), A_shared[i, j], T.if_then_else(B_shared[i, j] < T.float32(0.5), B_shared[i, j] * T.float32(-1.0), T.float32(7.0)))
                T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[by * 64, bx * 64], 2, 64, 64))
