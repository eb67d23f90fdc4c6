# from tvm.script import tirx as T

@T.prim_func
def scale_shift(X: T.handle, scale: T.handle, shift: T.handle, Y_handle: T.handle):
    T.func_attr({"tilelang_out_idx": [-1]})
    X_1 = T.match_buffer(X, (128, 192), strides=(192, 1))
    scale_1 = T.match_buffer(scale, (192,), strides=(1,))
    shift_1 = T.match_buffer(shift, (128,), strides=(1,))
    Y = T.match_buffer(Y_handle, (128, 192), strides=(192, 1))
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
                X_shared = T.sblock_alloc_buffer((64, 96), scope="shared.dyn")
                Y_local = T.sblock_alloc_buffer((64, 96), scope="local.fragment")
                T.copy(T.region(X_1[by * 64, bx * 96], 1, 64, 96), T.region(X_shared[0, 0], 2, 64, 96))
                for i in T.parallel(64):
                    for j in T.parallel(96):
                        Y_local[i, j] = X_shared[i, j] * scale_1[bx * 96 + j] + shift_1[by * 64 + i]
                T.copy(T.region(Y_local[0, 0], 1, 64, 96), T.region(Y[by * 64, bx * 96], 2, 64, 96))
