// mlp: the writer kernel, printed by ttile from mlp.py:11
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_Y_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_W2_shared = get_compile_time_arg_val(1);
constexpr uint32_t W2_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t W2_shared_valid = get_compile_time_arg_val(3);

constexpr auto Y_args = TensorAccessorArgs<4>();

void kernel_main() {
    const uint32_t Y_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const int32_t W2_shared_sender_x = get_arg_val<int32_t>(3);
    const int32_t W2_shared_sender_y = get_arg_val<int32_t>(4);
    const auto Y = TensorAccessor(Y_args, Y_address);
    const uint32_t W2_shared_ready_address = get_semaphore(W2_shared_ready);
    volatile tt_l1_ptr uint32_t *const W2_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(W2_shared_valid));

    // mlp.py:19: with T.Kernel(T.ceildiv(rows, block_M), threads=128) as bx:
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = item_2 + item_start;
        // mlp.py:29: for h in T.Pipelined(T.ceildiv(hidden, block_H), num_stages=2):
        for (int32_t h = 0; h < 4; ++h) {
            // mlp.py:31: T.copy(W2[h * block_H, 0], W2_shared)
            cb_reserve_back(cb_W2_shared, 8);
            noc_semaphore_set(W2_shared_valid_ptr, 0);
            noc_semaphore_inc(get_noc_addr(W2_shared_sender_x, W2_shared_sender_y, W2_shared_ready_address), 1);
            noc_semaphore_wait(W2_shared_valid_ptr, 1);
            cb_push_back(cb_W2_shared, 8);
        }
        // mlp.py:38: T.copy(Y_local, Y[bx * block_M, 0])
        for (int32_t r_7_1 = 0; r_7_1 < 2; ++r_7_1) {
            const int32_t Y_page = bx * 8 + r_7_1 * 4;
            for (int32_t c_7_1 = 0; c_7_1 < 4; ++c_7_1) {
                cb_wait_front(cb_Y_out, 1);
                noc_async_write_page(Y_page + c_7_1, Y, get_read_ptr(cb_Y_out));
                noc_async_writes_flushed();
                cb_pop_front(cb_Y_out, 1);
            }
        }
    }
    // mlp.py:11: def mlp(rows, width, hidden, block_M=64, block_H=64, dtype="bfloat16", accum_dtype="float32"):
    noc_async_write_barrier();
    // mlp.py:22: W2_shared = T.alloc_shared((block_H, width), dtype)
    noc_async_atomic_barrier();
}
