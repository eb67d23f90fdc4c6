// matmul: the writer kernel, printed by ttile from sharded_gemm.py:15
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_C_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t B_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t B_shared_valid = get_compile_time_arg_val(3);

void kernel_main() {
    const int32_t block_columns = get_arg_val<int32_t>(0);
    const int32_t block_rows = get_arg_val<int32_t>(1);
    const int32_t B_shared_sender_x = get_arg_val<int32_t>(2);
    const int32_t B_shared_sender_y = get_arg_val<int32_t>(3);
    const uint32_t B_shared_ready_address = get_semaphore(B_shared_ready);
    volatile tt_l1_ptr uint32_t *const B_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(B_shared_valid));

    // sharded_gemm.py:21: with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < block_columns * block_rows; ++item_2) {
        // sharded_gemm.py:29: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // sharded_gemm.py:31: T.copy(B[ko * block_K, bx * block], B_shared)
            cb_reserve_back(cb_B_shared, 16);
            noc_semaphore_set(B_shared_valid_ptr, 0);
            noc_semaphore_inc(get_noc_addr(B_shared_sender_x, B_shared_sender_y, B_shared_ready_address), 1);
            noc_semaphore_wait(B_shared_valid_ptr, 1);
            cb_push_back(cb_B_shared, 16);
        }
        // sharded_gemm.py:33: T.copy(C_local, C[by * block, bx * block])
        cb_wait_front(cb_C_out, 16);
        cb_pop_front(cb_C_out, 16);
    }
    // sharded_gemm.py:25: B_shared = T.alloc_shared((block_K, block), T.bfloat16)
    noc_async_atomic_barrier();
}
