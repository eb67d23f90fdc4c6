# from tvm.script import tirx as T

@T.prim_func
def per_head_projection(Q: T.handle, W: T.handle, O_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    Q_1 = T.match_buffer(Q, (2, 128, 2, 64), "bfloat16", strides=(16384, 128, 64, 1))
    W_1 = T.match_buffer(W, (2, 64, 64), "bfloat16", strides=(4096, 64, 1))
    O = T.match_buffer(O_handle, (2, 128, 2, 64), "bfloat16", strides=(16384, 128, 64, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding(1, thread="blockIdx.x"):
        for by in T.thread_binding(2, thread="blockIdx.y"):
            for bz in T.thread_binding(4, thread="blockIdx.z"):
                tx: T.int32 = T.launch_thread_idx(0)
                ty: T.int32 = T.launch_thread_idx(1)
                tz: T.int32 = T.launch_thread_idx(2)
                with T.sblock("tilelang_root"):
                    T.reads()
                    T.writes()
                    T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
                    Q_shared = T.sblock_alloc_buffer((64, 32), "bfloat16", scope="shared.dyn")
                    W_shared = T.sblock_alloc_buffer((32, 64), "bfloat16", scope="shared.dyn")
                    O_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
                    b: T.int32 = bz // 2
                    h: T.int32 = bz % 2
                    T.fill(T.region(O_local[0, 0], 2, 64, 64), 0)
                    for ko in T.serial(2, annotations={"num_stages": 2}):
                        T.copy(T.region(Q_1[b, by * 64, h, ko * 32], 1, 1, 64, 1, 32), T.region(Q_shared[0, 0], 2, 64, 32))
                        T.copy(T.region(W_1[h, ko * 32, bx * 64], 1, 1, 32, 64), T.region(W_shared[0, 0], 2, 32, 64))
                        T.gemm(T.region(Q_shared[0, 0], 1, 64, 32), T.region(W_shared[0, 0], 1, 32, 64), T.region(O_local[0, 0], 3, 64, 64), T.bool(False), T.bool(False), 64, 64, 32, 0, T.bool(False), 0, 0, 0)
                    T.copy(T.region(O_local[0, 0], 1, 64, 64), T.region(O[b, by * 64, h, bx * 64], 2, 1, 64, 1, 64))
