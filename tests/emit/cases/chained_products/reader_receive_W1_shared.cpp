// mlp: the reader kernel, printed by ttile from mlp.py:11
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_X_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_W1_shared = get_compile_time_arg_val(1);
constexpr uint32_t W1_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t W1_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_X_shared_page_bytes = 2048;

constexpr auto X_args = TensorAccessorArgs<4>();

void kernel_main() {
    const uint32_t X_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const int32_t W1_shared_sender_x = get_arg_val<int32_t>(3);
    const int32_t W1_shared_sender_y = get_arg_val<int32_t>(4);
    const auto X = TensorAccessor(X_args, X_address);
    const uint32_t W1_shared_ready_address = get_semaphore(W1_shared_ready);
    volatile tt_l1_ptr uint32_t *const W1_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(W1_shared_valid));

    // mlp.py:19: with T.Kernel(T.ceildiv(rows, block_M), threads=128) as bx:
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = item + item_start;
        // mlp.py:27: T.copy(X[bx * block_M, 0], X_shared)
        cb_reserve_back(cb_X_shared, 8);
        for (int32_t r = 0; r < 2; ++r) {
            const int32_t X_page_1 = bx * 8 + r * 4;
            for (int32_t c = 0; c < 4; ++c) {
                noc_async_read_page(X_page_1 + c, X, get_write_ptr(cb_X_shared) + (r * 4 + c) * cb_X_shared_page_bytes);
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_X_shared, 8);
        // mlp.py:29: for h in T.Pipelined(T.ceildiv(hidden, block_H), num_stages=2):
        for (int32_t h = 0; h < 4; ++h) {
            // mlp.py:30: T.copy(W1[0, h * block_H], W1_shared)
            cb_reserve_back(cb_W1_shared, 8);
            noc_semaphore_set(W1_shared_valid_ptr, 0);
            noc_semaphore_inc(get_noc_addr(W1_shared_sender_x, W1_shared_sender_y, W1_shared_ready_address), 1);
            noc_semaphore_wait(W1_shared_valid_ptr, 1);
            cb_push_back(cb_W1_shared, 8);
        }
    }
    // mlp.py:21: W1_shared = T.alloc_shared((width, block_H), dtype)
    noc_async_atomic_barrier();
}
