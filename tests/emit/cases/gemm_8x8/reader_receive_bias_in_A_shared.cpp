// gemm_bias_relu: the reader kernel, printed by ttile from gemm.py:12
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_bias_in = get_compile_time_arg_val(0);
constexpr uint32_t cb_A_shared = get_compile_time_arg_val(1);
constexpr uint32_t A_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t A_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t bias_in_ready = get_compile_time_arg_val(4);
constexpr uint32_t bias_in_valid = get_compile_time_arg_val(5);

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);
    const int32_t A_shared_sender_x = get_arg_val<int32_t>(1);
    const int32_t A_shared_sender_y = get_arg_val<int32_t>(2);
    const int32_t bias_in_sender_x = get_arg_val<int32_t>(3);
    const int32_t bias_in_sender_y = get_arg_val<int32_t>(4);
    const uint32_t A_shared_ready_address = get_semaphore(A_shared_ready);
    volatile tt_l1_ptr uint32_t *const A_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(A_shared_valid));
    const uint32_t bias_in_ready_address = get_semaphore(bias_in_ready);
    volatile tt_l1_ptr uint32_t *const bias_in_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(bias_in_valid));

    // gemm.py:19: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        // gemm.py:25: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // gemm.py:26: T.copy(A[by * block_M, ko * block_K], A_shared)
            cb_reserve_back(cb_A_shared, 16);
            noc_semaphore_set(A_shared_valid_ptr, 0);
            noc_semaphore_inc(get_noc_addr(A_shared_sender_x, A_shared_sender_y, A_shared_ready_address), 1);
            noc_semaphore_wait(A_shared_valid_ptr, 1);
            cb_push_back(cb_A_shared, 16);
        }
        // gemm.py:31: C_local[i, j] = T.max(C_local[i, j] + bias[bx * block_N + j], 0)
        cb_reserve_back(cb_bias_in, 4);
        noc_semaphore_set(bias_in_valid_ptr, 0);
        noc_semaphore_inc(get_noc_addr(bias_in_sender_x, bias_in_sender_y, bias_in_ready_address), 1);
        noc_semaphore_wait(bias_in_valid_ptr, 1);
        cb_push_back(cb_bias_in, 4);
    }
    noc_async_atomic_barrier();
}
