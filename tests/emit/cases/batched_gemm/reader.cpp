// per_head_projection: the reader kernel, printed by ttile from batched_gemm.py:14
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_Q_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_W_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_Q_shared_page_bytes = 2048;
constexpr uint32_t cb_W_shared_page_bytes = 2048;

constexpr auto Q_args = TensorAccessorArgs<2>();
constexpr auto W_args = TensorAccessorArgs<Q_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t Q_address = get_arg_val<uint32_t>(0);
    const uint32_t W_address = get_arg_val<uint32_t>(1);
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const auto Q = TensorAccessor(Q_args, Q_address);
    const auto W = TensorAccessor(W_args, W_address);

    // batched_gemm.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(seq, block_S), batch * heads, threads=128) as
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 2;
        const int32_t by = (item + item_start) / 2 % 8;
        const int32_t bz = (item + item_start) / 16;
        // batched_gemm.py:29: T.copy(Q[b, by * block_S : (by + 1) * block_S, h, ko * block_K : (ko + 1) * block_K], Q_s
        cb_reserve_back(cb_Q_shared, 8);
        for (int32_t kk = 0; kk < 2; ++kk) {
            for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
                for (int32_t c_1 = 0; c_1 < 2; ++c_1) {
                    noc_async_read_page(bz * 64 + by * 8 + r_1 * 4 + kk * 2 + c_1, Q,
                                        get_write_ptr(cb_Q_shared) + (kk * 4 + r_1 * 2 + c_1) * cb_Q_shared_page_bytes);
                }
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_Q_shared, 8);
        // batched_gemm.py:30: T.copy(W[h, ko * block_K, bx * block_N], W_shared)
        cb_reserve_back(cb_W_shared, 8);
        for (int32_t kk_1 = 0; kk_1 < 2; ++kk_1) {
            for (int32_t r_2 = 0; r_2 < 2; ++r_2) {
                for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                    noc_async_read_page(bz % 4 * 16 + kk_1 * 8 + r_2 * 4 + bx * 2 + c_2, W,
                                        get_write_ptr(cb_W_shared) +
                                            (kk_1 * 4 + r_2 * 2 + c_2) * cb_W_shared_page_bytes);
                }
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_W_shared, 8);
    }
}
