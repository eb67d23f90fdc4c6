// per_head_projection: the reader kernel, printed by ttile from batched_gemm.py:14
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_Q_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_W_shared = get_compile_time_arg_val(1);
constexpr uint32_t W_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t W_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_Q_shared_page_bytes = 2048;

constexpr auto Q_args = TensorAccessorArgs<4>();

void kernel_main() {
    const uint32_t Q_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const int32_t W_shared_sender_x = get_arg_val<int32_t>(3);
    const int32_t W_shared_sender_y = get_arg_val<int32_t>(4);
    const auto Q = TensorAccessor(Q_args, Q_address);
    const uint32_t W_shared_ready_address = get_semaphore(W_shared_ready);
    volatile tt_l1_ptr uint32_t *const W_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(W_shared_valid));

    // batched_gemm.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(seq, block_S), batch * heads, threads=128) as
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t by = (item + item_start) / 2 % 8;
        const int32_t bz = (item + item_start) / 16;
        // batched_gemm.py:29: T.copy(Q[b, by * block_S : (by + 1) * block_S, h, ko * block_K : (ko + 1) * block_K], Q_s
        cb_reserve_back(cb_Q_shared, 8);
        for (int32_t kk = 0; kk < 2; ++kk) {
            for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
                const int32_t Q_page_1 = bz * 64 + by * 8 + r_1 * 4 + kk * 2;
                const int32_t Q_shared_slot_1 = kk * 4 + r_1 * 2;
                for (int32_t c_1 = 0; c_1 < 2; ++c_1) {
                    noc_async_read_page(Q_page_1 + c_1, Q,
                                        get_write_ptr(cb_Q_shared) + (Q_shared_slot_1 + c_1) * cb_Q_shared_page_bytes);
                }
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_Q_shared, 8);
        // batched_gemm.py:30: T.copy(W[h, ko * block_K, bx * block_N], W_shared)
        cb_reserve_back(cb_W_shared, 8);
        noc_semaphore_set(W_shared_valid_ptr, 0);
        noc_semaphore_inc(get_noc_addr(W_shared_sender_x, W_shared_sender_y, W_shared_ready_address), 1);
        noc_semaphore_wait(W_shared_valid_ptr, 1);
        cb_push_back(cb_W_shared, 8);
    }
    // batched_gemm.py:24: W_shared = T.alloc_shared((block_K, block_N), T.bfloat16)
    noc_async_atomic_barrier();
}
