// matmul: the reader kernel, printed by ttile from gemm.py:8
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t A_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t A_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t B_shared_ready = get_compile_time_arg_val(4);
constexpr uint32_t B_shared_valid = get_compile_time_arg_val(5);

void kernel_main() {
    const int32_t item_count = get_arg_val<int32_t>(0);
    const int32_t A_shared_sender_x = get_arg_val<int32_t>(1);
    const int32_t A_shared_sender_y = get_arg_val<int32_t>(2);
    const int32_t B_shared_sender_x = get_arg_val<int32_t>(3);
    const int32_t B_shared_sender_y = get_arg_val<int32_t>(4);
    const uint32_t A_shared_ready_address = get_semaphore(A_shared_ready);
    volatile tt_l1_ptr uint32_t *const A_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(A_shared_valid));
    const uint32_t B_shared_ready_address = get_semaphore(B_shared_ready);
    volatile tt_l1_ptr uint32_t *const B_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(B_shared_valid));

    // gemm.py:24: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        // gemm.py:30: T.copy(A[by * block_M, k * block_K], A_shared)
        cb_reserve_back(cb_A_shared, 24);
        noc_semaphore_set(A_shared_valid_ptr, 0);
        noc_semaphore_inc(get_noc_addr(A_shared_sender_x, A_shared_sender_y, A_shared_ready_address), 1);
        noc_semaphore_wait(A_shared_valid_ptr, 1);
        cb_push_back(cb_A_shared, 24);
        // gemm.py:31: T.copy(B[k * block_K, bx * block_N], B_shared)
        cb_reserve_back(cb_B_shared, 12);
        noc_semaphore_set(B_shared_valid_ptr, 0);
        noc_semaphore_inc(get_noc_addr(B_shared_sender_x, B_shared_sender_y, B_shared_ready_address), 1);
        noc_semaphore_wait(B_shared_valid_ptr, 1);
        cb_push_back(cb_B_shared, 12);
    }
    // gemm.py:26: B_shared = T.alloc_shared((block_K, block_N), in_dtype)
    noc_async_atomic_barrier();
}
