# from tvm.script import tirx as T

@T.prim_func
def matmul_dynamic(A: T.handle, B: T.handle, C_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    m, k = T.int32(), T.int32()
    A_1 = T.match_buffer(A, (m, k), "bfloat16", strides=(k, 1))
    n = T.int32()
    B_1 = T.match_buffer(B, (k, n), "bfloat16", strides=(n, 1))
    C = T.match_buffer(C_handle, (m, n), strides=(n, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding((n + 64 - 1) // 64, thread="blockIdx.x"):
        for by in T.thread_binding((m + 64 - 1) // 64, thread="blockIdx.y"):
            tx: T.int32 = T.launch_thread_idx(0)
            ty: T.int32 = T.launch_thread_idx(1)
            tz: T.int32 = T.launch_thread_idx(2)
            with T.sblock("tilelang_root"):
                T.reads()
                T.writes()
                T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
                A_shared = T.sblock_alloc_buffer((64, 32), "bfloat16", scope="shared.dyn")
                B_shared = T.sblock_alloc_buffer((32, 64), "bfloat16", scope="shared.dyn")
                C_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
                T.fill(T.region(C_local[0, 0], 2, 64, 64), 0)
                for ko in T.serial((k + 32 - 1) // 32, annotations={"num_stages": 2}):
                    T.copy(T.region(A_1[by * 64, ko * 32], 1, 64, 32), T.region(A_shared[0, 0], 2, 64, 32))
                    T.copy(T.region(B_1[ko * 32, bx * 64], 1, 32, 64), T.region(B_shared[0, 0], 2, 32, 64))
                    T.gemm(T.region(A_shared[0, 0], 1, 64, 32), T.region(B_shared[0, 0], 1, 32, 64), T.region(C_local[0, 0], 3, 64, 64), T.bool(False), T.bool(False), 64, 64, 32, 0, T.bool(False), 0, 0, 0)
                T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[by * 64, bx * 64], 2, 64, 64))
