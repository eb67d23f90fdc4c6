// mlp: the writer kernel, printed by ttile from mlp.py:11
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_Y_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_W2_shared = get_compile_time_arg_val(1);
constexpr uint32_t W2_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t W2_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_W2_shared_page_bytes = 2048;

constexpr auto W2_args = TensorAccessorArgs<4>();
constexpr auto Y_args = TensorAccessorArgs<W2_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t W2_address = get_arg_val<uint32_t>(0);
    const uint32_t Y_address = get_arg_val<uint32_t>(1);
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const int32_t W2_shared_first_x = get_arg_val<int32_t>(4);
    const int32_t W2_shared_first_y = get_arg_val<int32_t>(5);
    const int32_t W2_shared_last_x = get_arg_val<int32_t>(6);
    const int32_t W2_shared_last_y = get_arg_val<int32_t>(7);
    const int32_t W2_shared_destinations = get_arg_val<int32_t>(8);
    const auto W2 = TensorAccessor(W2_args, W2_address);
    const auto Y = TensorAccessor(Y_args, Y_address);
    volatile tt_l1_ptr uint32_t *const W2_shared_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(W2_shared_ready));
    const uint32_t W2_shared_valid_address = get_semaphore(W2_shared_valid);
    volatile tt_l1_ptr uint32_t *const W2_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(W2_shared_valid_address);

    // mlp.py:22: W2_shared = T.alloc_shared((block_H, width), dtype)
    noc_semaphore_set(W2_shared_valid_ptr, 1);
    // mlp.py:19: with T.Kernel(T.ceildiv(rows, block_M), threads=128) as bx:
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = item_2 + item_start;
        // mlp.py:29: for h in T.Pipelined(T.ceildiv(hidden, block_H), num_stages=2):
        for (int32_t h = 0; h < 4; ++h) {
            // mlp.py:31: T.copy(W2[h * block_H, 0], W2_shared)
            cb_reserve_back(cb_W2_shared, 8);
            for (int32_t r_3 = 0; r_3 < 2; ++r_3) {
                const int32_t W2_page = h * 8 + r_3 * 4;
                for (int32_t c_3 = 0; c_3 < 4; ++c_3) {
                    noc_async_read_page(W2_page + c_3, W2,
                                        get_write_ptr(cb_W2_shared) + (r_3 * 4 + c_3) * cb_W2_shared_page_bytes);
                }
            }
            noc_async_read_barrier();
            noc_async_writes_flushed();
            noc_semaphore_wait(W2_shared_ready_ptr, W2_shared_destinations);
            noc_semaphore_set(W2_shared_ready_ptr, 0);
            const uint64_t cb_W2_shared_receivers = get_noc_multicast_addr(
                W2_shared_last_x, W2_shared_last_y, W2_shared_first_x, W2_shared_first_y, get_write_ptr(cb_W2_shared));
            noc_async_write_multicast(get_write_ptr(cb_W2_shared), cb_W2_shared_receivers, 8 * cb_W2_shared_page_bytes,
                                      W2_shared_destinations, true);
            const uint64_t W2_shared_valid_receivers = get_noc_multicast_addr(
                W2_shared_last_x, W2_shared_last_y, W2_shared_first_x, W2_shared_first_y, W2_shared_valid_address);
            noc_semaphore_set_multicast(W2_shared_valid_address, W2_shared_valid_receivers, W2_shared_destinations);
            cb_push_back(cb_W2_shared, 8);
        }
        // mlp.py:38: T.copy(Y_local, Y[bx * block_M, 0])
        for (int32_t r_7_1 = 0; r_7_1 < 2; ++r_7_1) {
            const int32_t Y_page_1 = bx * 8 + r_7_1 * 4;
            for (int32_t c_7_1 = 0; c_7_1 < 4; ++c_7_1) {
                cb_wait_front(cb_Y_out, 1);
                noc_async_write_page(Y_page_1 + c_7_1, Y, get_read_ptr(cb_Y_out));
                noc_async_writes_flushed();
                cb_pop_front(cb_Y_out, 1);
            }
        }
    }
    // mlp.py:11: def mlp(rows, width, hidden, block_M=64, block_H=64, dtype="bfloat16", accum_dtype="float32"):
    noc_async_write_barrier();
}
