# from tvm.script import tirx as T

@T.prim_func
def main(A_handle: T.handle, B_handle: T.handle, C_handle: T.handle):
    A = T.match_buffer(A_handle, (128, 64), "bfloat16", strides=(64, 1))
    B = T.match_buffer(B_handle, (64, 128), "bfloat16", strides=(128, 1))
    C = T.match_buffer(C_handle, (128, 128), strides=(128, 1))
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
                C_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
                T.fill(T.region(C_local[0, 0], 2, 64, 64), 0)
                for k in T.serial(2, annotations={"num_stages": 2}):
                    T.copy(T.region(A[by * 64, k * 32], 1, 64, 32), T.region(A_shared[0, 0], 2, 64, 32))
                    T.copy(T.region(B[k * 32, bx * 64], 1, 32, 64), T.region(B_shared[0, 0], 2, 32, 64))
                    T.gemm(T.region(A_shared[0, 0], 1, 64, 32), T.region(B_shared[0, 0], 1, 32, 64), T.region(C_local[0, 0], 3, 64, 64), T.bool(False), T.bool(False), 64, 64, 32, 0, T.bool(False), 0, 0, 0)
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        C_local[i, j] = T.if_then_else(by * 64 + i >= bx * 64 + j, C_local[i, j], T.float32(0.0))
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        C_local[i, j] = T.if_then_else(bx * 64 + j < 40, C_local[i, j] * T.float32(0.5), C_local[i, j])
                T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[by * 64, bx * 64], 2, 64, 64))
