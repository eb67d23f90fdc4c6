// per_head_projection: the reader kernel, printed by ttile from batched_gemm.py:14
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_Q_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_W_shared = get_compile_time_arg_val(1);
constexpr uint32_t W_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t W_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_Q_shared_page_bytes = 2048;
constexpr uint32_t cb_W_shared_page_bytes = 2048;

constexpr auto Q_args = TensorAccessorArgs<4>();
constexpr auto W_args = TensorAccessorArgs<Q_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t Q_address = get_arg_val<uint32_t>(0);
    const uint32_t W_address = get_arg_val<uint32_t>(1);
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const int32_t W_shared_first_x = get_arg_val<int32_t>(4);
    const int32_t W_shared_first_y = get_arg_val<int32_t>(5);
    const int32_t W_shared_last_x = get_arg_val<int32_t>(6);
    const int32_t W_shared_last_y = get_arg_val<int32_t>(7);
    const int32_t W_shared_destinations = get_arg_val<int32_t>(8);
    const auto Q = TensorAccessor(Q_args, Q_address);
    const auto W = TensorAccessor(W_args, W_address);
    volatile tt_l1_ptr uint32_t *const W_shared_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(W_shared_ready));
    const uint32_t W_shared_valid_address = get_semaphore(W_shared_valid);
    volatile tt_l1_ptr uint32_t *const W_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(W_shared_valid_address);

    // batched_gemm.py:24: W_shared = T.alloc_shared((block_K, block_N), T.bfloat16)
    noc_semaphore_set(W_shared_valid_ptr, 1);
    // batched_gemm.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(seq, block_S), batch * heads, threads=128) as
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 2;
        const int32_t by = (item + item_start) / 2 % 8;
        const int32_t bz = (item + item_start) / 16;
        // batched_gemm.py:29: T.copy(Q[b, by * block_S : (by + 1) * block_S, h, ko * block_K : (ko + 1) * block_K], Q_s
        cb_reserve_back(cb_Q_shared, 8);
        for (int32_t kk = 0; kk < 2; ++kk) {
            for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
                const int32_t Q_page = bz * 64 + by * 8 + r_1 * 4 + kk * 2;
                const int32_t Q_shared_slot = kk * 4 + r_1 * 2;
                for (int32_t c_1 = 0; c_1 < 2; ++c_1) {
                    noc_async_read_page(Q_page + c_1, Q,
                                        get_write_ptr(cb_Q_shared) + (Q_shared_slot + c_1) * cb_Q_shared_page_bytes);
                }
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_Q_shared, 8);
        // batched_gemm.py:30: T.copy(W[h, ko * block_K, bx * block_N], W_shared)
        cb_reserve_back(cb_W_shared, 8);
        for (int32_t kk_1 = 0; kk_1 < 2; ++kk_1) {
            for (int32_t r_2 = 0; r_2 < 2; ++r_2) {
                const int32_t W_page = bz % 4 * 16 + kk_1 * 8 + r_2 * 4 + bx * 2;
                const int32_t W_shared_slot = kk_1 * 4 + r_2 * 2;
                for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                    noc_async_read_page(W_page + c_2, W,
                                        get_write_ptr(cb_W_shared) + (W_shared_slot + c_2) * cb_W_shared_page_bytes);
                }
            }
        }
        noc_async_read_barrier();
        noc_async_writes_flushed();
        noc_semaphore_wait(W_shared_ready_ptr, W_shared_destinations);
        noc_semaphore_set(W_shared_ready_ptr, 0);
        const uint64_t cb_W_shared_receivers = get_noc_multicast_addr(
            W_shared_first_x, W_shared_first_y, W_shared_last_x, W_shared_last_y, get_write_ptr(cb_W_shared));
        noc_async_write_multicast(get_write_ptr(cb_W_shared), cb_W_shared_receivers, 8 * cb_W_shared_page_bytes,
                                  W_shared_destinations, true);
        const uint64_t W_shared_valid_receivers = get_noc_multicast_addr(
            W_shared_first_x, W_shared_first_y, W_shared_last_x, W_shared_last_y, W_shared_valid_address);
        noc_semaphore_set_multicast(W_shared_valid_address, W_shared_valid_receivers, W_shared_destinations);
        cb_push_back(cb_W_shared, 8);
    }
    // batched_gemm.py:24: W_shared = T.alloc_shared((block_K, block_N), T.bfloat16)
    noc_async_write_barrier();
}
