# from tvm.script import tirx as T

@T.prim_func
def three_dimensions(A: T.handle, C_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    A_1 = T.match_buffer(A, (2, 64, 64), "bfloat16", strides=(4096, 64, 1))
    C = T.match_buffer(C_handle, (2, 64, 64), strides=(4096, 64, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding(2, thread="blockIdx.x"):
        for by in T.thread_binding(2, thread="blockIdx.y"):
            for bz in T.thread_binding(2, thread="blockIdx.z"):
                tx: T.int32 = T.launch_thread_idx(0)
                ty: T.int32 = T.launch_thread_idx(1)
                tz: T.int32 = T.launch_thread_idx(2)
                with T.sblock("tilelang_root"):
                    T.reads()
                    T.writes()
                    T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
                    A_shared = T.sblock_alloc_buffer((32, 32), "bfloat16", scope="shared.dyn")
                    C_local = T.sblock_alloc_buffer((32, 32), scope="local.fragment")
                    T.copy(T.region(A_1[bz, by * 32, bx * 32], 1, 1, 32, 32), T.region(A_shared[0, 0], 2, 32, 32))
                    for i in T.parallel(32):
                        for j in T.parallel(32):
                            C_local[i, j] = T.Cast("float32", A_shared[i, j]) * T.float32(2.0) + T.Cast("float32", bz * 100 + by * 10 + bx)
                    T.copy(T.region(C_local[0, 0], 1, 32, 32), T.region(C[bz, by * 32, bx * 32], 2, 1, 32, 32))
