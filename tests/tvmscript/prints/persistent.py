# from tvm.script import tirx as T

@T.prim_func
def persistent(A: T.handle, C_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    A_1 = T.match_buffer(A, (160, 128), "bfloat16", strides=(128, 1))
    C = T.match_buffer(C_handle, (160, 128), "bfloat16", strides=(128, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding(4, thread="blockIdx.x"):
        tx: T.int32 = T.launch_thread_idx(0)
        ty: T.int32 = T.launch_thread_idx(1)
        tz: T.int32 = T.launch_thread_idx(2)
        with T.sblock("tilelang_root"):
            T.reads()
            T.writes()
            T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
            A_shared = T.sblock_alloc_buffer((32, 32), "bfloat16", scope="shared.dyn")
            w = T.int32()
            bn: T.int32 = T.Div(T.Div(w * 4 + bx, 3), 5) * 3 + T.truncmod(w * 4 + bx, 3)
            bm: T.int32 = T.truncmod(T.Div(w * 4 + bx, 3), 5)
            for w in range(8):
                if w * 4 + bx < 30:
                    if T.Div(T.Div(w * 4 + bx, 3), 5) * 3 + T.truncmod(w * 4 + bx, 3) < 4:
                        T.copy(T.region(A_1[bm * 32, bn * 32], 1, 32, 32), T.region(A_shared[0, 0], 2, 32, 32))
                        T.copy(T.region(A_shared[0, 0], 1, 32, 32), T.region(C[bm * 32, bn * 32], 2, 32, 32))
