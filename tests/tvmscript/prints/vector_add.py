# from tvm.script import tirx as T

@T.prim_func
def vector_add(A: T.handle, B: T.handle, C_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    A_1 = T.match_buffer(A, (1024,), strides=(1,))
    B_1 = T.match_buffer(B, (1024,), strides=(1,))
    C = T.match_buffer(C_handle, (1024,), strides=(1,))
    # with T.sblock("root"):
    for bx in T.thread_binding(4, thread="blockIdx.x"):
        tx: T.int32 = T.launch_thread_idx(0)
        ty: T.int32 = T.launch_thread_idx(1)
        tz: T.int32 = T.launch_thread_idx(2)
        with T.sblock("tilelang_root"):
            T.reads()
            T.writes()
            T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
            A_shared = T.sblock_alloc_buffer((256,), scope="shared.dyn")
            B_shared = T.sblock_alloc_buffer((256,), scope="shared.dyn")
            C_local = T.sblock_alloc_buffer((256,), scope="local.fragment")
            T.copy(T.region(A_1[bx * 256], 1, 256), T.region(A_shared[0], 2, 256))
            T.copy(T.region(B_1[bx * 256], 1, 256), T.region(B_shared[0], 2, 256))
            for i in T.parallel(256):
                C_local[i] = A_shared[i] + B_shared[i]
            T.copy(T.region(C_local[0], 1, 256), T.region(C[bx * 256], 2, 256))
