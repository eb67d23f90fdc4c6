# from tvm.script import tirx as T

@T.prim_func
def main(A_handle: T.handle, B_handle: T.handle, C_handle: T.handle):
    A = T.match_buffer(A_handle, (2, 64, 2, 64), "bfloat16", strides=(8192, 128, 64, 1))
    B = T.match_buffer(B_handle, (2, 64, 2, 64), "bfloat16", strides=(8192, 128, 64, 1))
    C = T.match_buffer(C_handle, (2, 2, 64, 64), "bfloat16", strides=(8192, 4096, 64, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding(1, thread="blockIdx.x"):
        for by in T.thread_binding(1, thread="blockIdx.y"):
            for bz in T.thread_binding(4, thread="blockIdx.z"):
                tx: T.int32 = T.launch_thread_idx(0)
                ty: T.int32 = T.launch_thread_idx(1)
                tz: T.int32 = T.launch_thread_idx(2)
                with T.sblock("tilelang_root"):
                    T.reads()
                    T.writes()
                    T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
                    A_shared = T.sblock_alloc_buffer((64, 32), "bfloat16", scope="shared.dyn")
                    B_shared = T.sblock_alloc_buffer((64, 32), "bfloat16", scope="shared.dyn")
                    C_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
                    T.fill(T.region(C_local[0, 0], 2, 64, 64), 0)
                    for k in T.serial(2, annotations={"num_stages": 2}):
                        T.copy(T.region(A[bz // 2, by * 64, bz % 2, k * 32], 1, 1, 64, 1, 32), T.region(A_shared[0, 0], 2, 64, 32))
                        T.copy(T.region(B[bz // 2, bx * 64, bz % 2, k * 32], 1, 1, 64, 1, 32), T.region(B_shared[0, 0], 2, 64, 32))
                        T.gemm(T.region(A_shared[0, 0], 1, 64, 32), T.region(B_shared[0, 0], 1, 64, 32), T.region(C_local[0, 0], 3, 64, 64), T.bool(False), T.bool(True), 64, 64, 32, 0, T.bool(False), 0, 0, 0)
                    T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[bz // 2, bz % 2, by * 64, bx * 64], 2, 1, 1, 64, 64))
