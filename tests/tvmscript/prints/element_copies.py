# from tvm.script import tirx as T

@T.prim_func
def matmul_element_copies(A: T.handle, B: T.handle, C_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    A_1 = T.match_buffer(A, (64, 64), "bfloat16", strides=(64, 1))
    B_1 = T.match_buffer(B, (64, 128), "bfloat16", strides=(128, 1))
    C = T.match_buffer(C_handle, (64, 128), "bfloat16", strides=(128, 1))
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
                A_shared = T.sblock_alloc_buffer((32, 32), "bfloat16", scope="shared.dyn")
                B_shared = T.sblock_alloc_buffer((32, 64), "bfloat16", scope="shared.dyn")
                C_local = T.sblock_alloc_buffer((32, 64), scope="local.fragment")
                T.fill(T.region(C_local[0, 0], 2, 32, 64), 0)
                for k in T.serial(2, annotations={"num_stages": 2}):
                    for i in T.parallel(32):
                        for j in T.parallel(32):
                            A_shared[i, j] = A_1[by * 32 + i, k * 32 + j]
                    for i in T.parallel(32):
                        for j in T.parallel(64):
                            B_shared[i, j] = B_1[k * 32 + i, bx * 64 + j]
                    T.gemm(T.region(A_shared[0, 0], 1, 32, 32), T.region(B_shared[0, 0], 1, 32, 64), T.region(C_local[0, 0], 3, 32, 64), T.bool(False), T.bool(False), 32, 64, 32, 0, T.bool(False), 0, 0, 0)
                for i in T.parallel(32):
                    for j in T.parallel(64):
                        C[by * 32 + i, bx * 64 + j] = T.Cast("bfloat16", C_local[i, j])
