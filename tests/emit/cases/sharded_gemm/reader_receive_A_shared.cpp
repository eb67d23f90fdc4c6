// matmul: the reader kernel, printed by ttile from sharded_gemm.py:15
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t A_shared_ready = get_compile_time_arg_val(1);
constexpr uint32_t A_shared_valid = get_compile_time_arg_val(2);

void kernel_main() {
    const int32_t block_columns = get_arg_val<int32_t>(0);
    const int32_t block_rows = get_arg_val<int32_t>(1);
    const int32_t A_shared_sender_x = get_arg_val<int32_t>(2);
    const int32_t A_shared_sender_y = get_arg_val<int32_t>(3);
    const uint32_t A_shared_ready_address = get_semaphore(A_shared_ready);
    volatile tt_l1_ptr uint32_t *const A_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(A_shared_valid));

    // sharded_gemm.py:21: with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
    for (int32_t item = 0; item < block_columns * block_rows; ++item) {
        // sharded_gemm.py:29: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // sharded_gemm.py:30: T.copy(A[by * block, ko * block_K], A_shared)
            cb_reserve_back(cb_A_shared, 16);
            noc_semaphore_set(A_shared_valid_ptr, 0);
            noc_semaphore_inc(get_noc_addr(A_shared_sender_x, A_shared_sender_y, A_shared_ready_address), 1);
            noc_semaphore_wait(A_shared_valid_ptr, 1);
            cb_push_back(cb_A_shared, 16);
        }
    }
    // sharded_gemm.py:24: A_shared = T.alloc_shared((block, block_K), T.bfloat16)
    noc_async_atomic_barrier();
}
