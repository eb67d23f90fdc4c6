# as: gemm
# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    I.module_attrs({"runtime": None})

    @T.prim_func
    def gemm_bias_relu(A: T.handle, B: T.handle, bias: T.handle, C_handle: T.handle):
        A_1 = T.match_buffer(A, (256, 128), "bfloat16")
        B_1 = T.match_buffer(B, (128, 192), "bfloat16")
        bias_1 = T.match_buffer(bias, (192,))
        C = T.match_buffer(C_handle, (256, 192), "bfloat16")
        with T.block("root"):
            T.reads()
            T.writes()
            bx = T.launch_thread("blockIdx.x", 3)
            by = T.launch_thread("blockIdx.y", 4)
            tx = T.launch_thread("threadIdx.x", 128)
            with T.block("tilelang_root"):
                T.reads()
                T.writes()
                T.block_attr({"layout_map": {}})
                A_shared = T.alloc_buffer((64, 32), "bfloat16", scope="shared.dyn")
                B_shared = T.alloc_buffer((32, 64), "bfloat16", scope="shared.dyn")
                C_local = T.alloc_buffer((64, 64), scope="local.fragment")
                T.fill(T.region(C_local[0, 0], 2, 64, 64), T.float32(0))
                for ko in T.serial(0, 4, annotations={"num_stages": 2}):
                    T.copy(T.region(A_1[by * 64, ko * 32], 1, 64, 32), T.region(A_shared[0, 0], 2, 64, 32))
                    T.copy(T.region(B_1[ko * 32, bx * 64], 1, 32, 64), T.region(B_shared[0, 0], 2, 32, 64))
                    T.gemm(T.region(A_shared[0, 0], 1, 64, 32), T.region(B_shared[0, 0], 1, 32, 64), T.region(C_local[0, 0], 3, 64, 64), T.bool(False), T.bool(False), 64, 64, 32, 0, T.bool(False), 0, 0, 0)
                for i in T.parallel(64):
                    for j in T.parallel(64):
                        with T.block("epilogue"):
                            vi = T.axis.spatial(64, i)
                            vj = T.axis.spatial(64, j)
                            C_local[vi, vj] = T.max(C_local[vi, vj] + bias_1[bx * 64 + vj], T.float32(0.0))
                T.copy(T.region(C_local[0, 0], 1, 64, 64), T.region(C[by * 64, bx * 64], 2, 64, 64))
