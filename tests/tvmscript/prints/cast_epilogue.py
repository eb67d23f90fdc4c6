# from tvm.script import tirx as T

@T.prim_func
def main(A_handle: T.handle, B_handle: T.handle, C_handle: T.handle):
    A = T.match_buffer(A_handle, (64, 64), "bfloat16", strides=(64, 1))
    B = T.match_buffer(B_handle, (64, 64), "bfloat16", strides=(64, 1))
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
                A_shared = T.sblock_alloc_buffer((64, 32), "bfloat16", scope="shared.dyn")
                B_shared = T.sblock_alloc_buffer((32, 64), "bfloat16", scope="shared.dyn")
                C_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
                C_cast = T.sblock_alloc_buffer((64, 64), "bfloat16", scope="local.fragment")
                T.fill(T.region(C_local[0, 0], 2, 64, 64), 0)
                for k in T.serial(2, annotations={"num_stages": 2}):
                    T.copy(T.region(A[by * 64, k * 32], 1, 64, 32), T.region(A_shared[0, 0], 2, 64, 32))
                    T.copy(T.region(B[k * 32, bx * 64], 1, 32, 64), T.region(B_shared[0, 0], 2, 32, 64))
                    T.gemm(T.region(A_shared[0, 0], 1, 64, 32), T.region(B_shared[0, 0], 1, 32, 64), T.region(C_local[0, 0], 3, 64, 64), T.bool(False), T.bool(False), 64, 64, 32, 0, T.bool(False), 0, 0, 0)
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        C_cast[i, j] = T.Cast("bfloat16", C_local[i, j])
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        C_local[i, j] = T.Cast("float32", C_cast[i, j]) * T.float32(3.0)
                T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[by * 64, bx * 64], 2, 64, 64))
