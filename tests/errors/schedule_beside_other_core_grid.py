# error: 17:45 schedule-annotation
# exit: 1
# run: run M=128 N=128 K=64 block=32 block_K=32
import tilelang
import tilelang.language as T


@tilelang.jit
def mm(A, B, block: int, block_K: int):
    M, N, K = T.const("M, N, K")
    A: T.Tensor((M, K), T.bfloat16)
    B: T.Tensor((K, N), T.bfloat16)
    C = T.empty((M, N), T.bfloat16)

    with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
        T.func_attr({"tt.core_grid":[2,2]})
        T.annotate_tt_schedule({"core_grid":[4,4]})

        A_shared = T.alloc_shared((block, block_K), T.bfloat16)
        B_shared = T.alloc_shared((block_K, block), T.bfloat16)
        C_local = T.alloc_fragment((block, block), T.float32)
        T.clear(C_local)
        for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
            T.copy(A[by * block, ko * block_K], A_shared)
            T.copy(B[ko * block_K, bx * block], B_shared)
            T.gemm(A_shared, B_shared, C_local)
        T.copy(C_local, C[by * block, bx * block])

    return C
