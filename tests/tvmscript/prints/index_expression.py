# from tvm.script import tirx as T

@T.prim_func
def index_expression(A: T.handle, C_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    A_1 = T.match_buffer(A, (64, 64), strides=(64, 1))
    C = T.match_buffer(C_handle, (64, 64), strides=(64, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding(1, thread="blockIdx.x"):
        for by in T.thread_binding(1, thread="blockIdx.y"):
            tx: T.int32 = T.launch_thread_idx(0)
            ty: T.int32 = T.launch_thread_idx(1)
            tz: T.int32 = T.launch_thread_idx(2)
            with T.sblock("tilelang_root"):
                T.reads()
                T.writes()
                T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
                A_shared = T.sblock_alloc_buffer((64, 64), scope="shared.dyn")
                C_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
                T.copy(T.region(A_1[by * 64, bx * 64], 1, 64, 64), T.region(A_shared[0, 0], 2, 64, 64))
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        C_local[i, j] = A_shared[i, j] + T.Cast("float32", (by * 64 + i) * 1000 + bx * 64 + j)
                T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[by * 64, bx * 64], 2, 64, 64))
