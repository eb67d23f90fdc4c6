# from tvm.script import tirx as T

@T.prim_func
def main(X_handle: T.handle, W1_handle: T.handle, W2_handle: T.handle, Y_handle: T.handle):
    X = T.match_buffer(X_handle, (128, 64), "bfloat16", strides=(64, 1))
    W1 = T.match_buffer(W1_handle, (64, 128), "bfloat16", strides=(128, 1))
    W2 = T.match_buffer(W2_handle, (128, 64), "bfloat16", strides=(64, 1))
    Y = T.match_buffer(Y_handle, (128, 64), "bfloat16", strides=(64, 1))
    # with T.sblock("root"):
    for bx in T.thread_binding(2, thread="blockIdx.x"):
        tx: T.int32 = T.launch_thread_idx(0)
        ty: T.int32 = T.launch_thread_idx(1)
        tz: T.int32 = T.launch_thread_idx(2)
        with T.sblock("tilelang_root"):
            T.reads()
            T.writes()
            T.sblock_attr({"tl.launch_threads": [128, 1, 1]})
            X_shared = T.sblock_alloc_buffer((64, 64), "bfloat16", scope="shared.dyn")
            W1_shared = T.sblock_alloc_buffer((64, 64), "bfloat16", scope="shared.dyn")
            W2_shared = T.sblock_alloc_buffer((64, 64), "bfloat16", scope="shared.dyn")
            H_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
            H_shared = T.sblock_alloc_buffer((64, 64), "bfloat16", scope="shared.dyn")
            Y_local = T.sblock_alloc_buffer((64, 64), scope="local.fragment")
            T.copy(T.region(X[bx * 64, 0], 1, 64, 64), T.region(X_shared[0, 0], 2, 64, 64))
            T.fill(T.region(Y_local[0, 0], 2, 64, 64), 0)
            for h in T.serial(2, annotations={"num_stages": 2}):
                T.copy(T.region(W1[0, h * 64], 1, 64, 64), T.region(W1_shared[0, 0], 2, 64, 64))
                T.copy(T.region(W2[h * 64, 0], 1, 64, 64), T.region(W2_shared[0, 0], 2, 64, 64))
                T.gemm(T.region(X_shared[0, 0], 1, 64, 64), T.region(W1_shared[0, 0], 1, 64, 64), T.region(H_local[0, 0], 2, 64, 64), T.bool(False), T.bool(False), 64, 64, 64, 0, T.bool(True), 0, 0, 0)
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        H_shared[i, j] = T.Cast("bfloat16", T.max(H_local[i, j], T.float32(0.0)))
                T.gemm(T.region(H_shared[0, 0], 1, 64, 64), T.region(W2_shared[0, 0], 1, 64, 64), T.region(Y_local[0, 0], 3, 64, 64), T.bool(False), T.bool(False), 64, 64, 64, 0, T.bool(False), 0, 0, 0)
            for i in T.parallel(64):
                for j in T.parallel(64):
                    Y_local[i, j] = Y_local[i, j] + T.Cast("float32", X_shared[i, j])
            T.copy(T.region(Y_local[0, 0], 1, 64, 64), T.region(Y[bx * 64, 0], 2, 64, 64))
