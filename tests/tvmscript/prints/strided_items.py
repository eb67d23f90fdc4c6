# from tvm.script import tirx as T

@T.prim_func
def strided_items(A: T.handle, C_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    A_1 = T.match_buffer(A, (320, 64), "bfloat16", strides=(64, 1))
    C = T.match_buffer(C_handle, (320, 64), "bfloat16", strides=(64, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding(4, thread="blockIdx.x"):
        tx: T.int32 = T.launch_thread_idx(0)
        ty: T.int32 = T.launch_thread_idx(1)
        tz: T.int32 = T.launch_thread_idx(2)
        with T.sblock("tilelang_root"):
            T.reads()
            T.writes()
            T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
            A_shared = T.sblock_alloc_buffer((32, 64), "bfloat16", scope="shared.dyn")
            for w in range(3):
                row: T.int32 = w * 4 + bx
                if row * 32 < 320:
                    T.copy(T.region(A_1[row * 32, 0], 1, 32, 64), T.region(A_shared[0, 0], 2, 32, 64))
                    for i in T.parallel(32):
                        for j in T.parallel(64):
                            A_shared[i, j] = T.Cast("bfloat16", T.Cast("float32", A_shared[i, j]) * T.float32(4.0))
                    T.copy(T.region(A_shared[0, 0], 1, 32, 64), T.region(C[row * 32, 0], 2, 32, 64))
