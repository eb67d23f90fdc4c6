# from tvm.script import tirx as T

@T.prim_func
def main(A_handle: T.handle, B_handle: T.handle, R_handle: T.handle, C_handle: T.handle):
    A = T.match_buffer(A_handle, (100, 90), "bfloat16", strides=(90, 1))
    B = T.match_buffer(B_handle, (90, 70), "bfloat16", strides=(70, 1))
    R_1 = T.match_buffer(R_handle, (100, 70), "bfloat16", strides=(70, 1))
    C = T.match_buffer(C_handle, (100, 70), "bfloat16", strides=(70, 1))
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
                A_shared = T.sblock_alloc_buffer((64, 32), "bfloat16", scope="shared.dyn")
                B_shared = T.sblock_alloc_buffer((32, 64), "bfloat16", scope="shared.dyn")
                R_shared = T.sblock_alloc_buffer((64, 64), "bfloat16", scope="shared.dyn")
                C_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
                T.fill(T.region(C_local[0, 0], 2, 64, 64), 0)
                for k in T.serial(3, annotations={"num_stages": 2}):
                    T.copy(T.region(A[by * 64, k * 32], 1, 64, 32), T.region(A_shared[0, 0], 2, 64, 32))
                    T.copy(T.region(B[k * 32, bx * 64], 1, 32, 64), T.region(B_shared[0, 0], 2, 32, 64))
                    T.gemm(T.region(A_shared[0, 0], 1, 64, 32), T.region(B_shared[0, 0], 1, 32, 64), T.region(C_local[0, 0], 3, 64, 64), T.bool(False), T.bool(False), 64, 64, 32, 0, T.bool(False), 0, 0, 0)
                T.copy(T.region(R_1[by * 64, bx * 64], 1, 64, 64), T.region(R_shared[0, 0], 2, 64, 64))
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        C_local[i, j] = T.max(C_local[i, j] * T.float32(0.5), T.float32(0.0)) + T.Cast("float32", R_shared[i, j])
                T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[by * 64, bx * 64], 2, 64, 64))
