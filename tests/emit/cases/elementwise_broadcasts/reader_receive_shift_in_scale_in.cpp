// scale_shift: the reader kernel, printed by ttile from elementwise.py:12
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_shift_in = get_compile_time_arg_val(0);
constexpr uint32_t cb_scale_in = get_compile_time_arg_val(1);
constexpr uint32_t cb_X_shared = get_compile_time_arg_val(2);
constexpr uint32_t shift_in_ready = get_compile_time_arg_val(3);
constexpr uint32_t shift_in_valid = get_compile_time_arg_val(4);
constexpr uint32_t scale_in_ready = get_compile_time_arg_val(5);
constexpr uint32_t scale_in_valid = get_compile_time_arg_val(6);
constexpr uint32_t cb_X_shared_page_bytes = 4096;

constexpr auto X_args = TensorAccessorArgs<7>();

void kernel_main() {
    const uint32_t X_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const int32_t shift_in_sender_x = get_arg_val<int32_t>(3);
    const int32_t shift_in_sender_y = get_arg_val<int32_t>(4);
    const int32_t scale_in_sender_x = get_arg_val<int32_t>(5);
    const int32_t scale_in_sender_y = get_arg_val<int32_t>(6);
    const auto X = TensorAccessor(X_args, X_address);
    const uint32_t shift_in_ready_address = get_semaphore(shift_in_ready);
    volatile tt_l1_ptr uint32_t *const shift_in_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(shift_in_valid));
    const uint32_t scale_in_ready_address = get_semaphore(scale_in_ready);
    volatile tt_l1_ptr uint32_t *const scale_in_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(scale_in_valid));

    // elementwise.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 8;
        const int32_t by = (item + item_start) / 8;
        // elementwise.py:24: T.copy(X[by * block_M, bx * block_N], X_shared)
        cb_reserve_back(cb_X_shared, 12);
        for (int32_t r = 0; r < 4; ++r) {
            const int32_t X_page_1 = by * 96 + r * 24 + bx * 3;
            for (int32_t c = 0; c < 3; ++c) {
                noc_async_read_page(X_page_1 + c, X, get_write_ptr(cb_X_shared) + (r * 3 + c) * cb_X_shared_page_bytes);
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_X_shared, 12);
        // elementwise.py:26: Y_local[i, j] = X_shared[i, j] * scale[bx * block_N + j] + shift[by * block_M + i]
        cb_reserve_back(cb_scale_in, 3);
        noc_semaphore_set(scale_in_valid_ptr, 0);
        noc_semaphore_inc(get_noc_addr(scale_in_sender_x, scale_in_sender_y, scale_in_ready_address), 1);
        noc_semaphore_wait(scale_in_valid_ptr, 1);
        cb_push_back(cb_scale_in, 3);
        cb_reserve_back(cb_shift_in, 4);
        noc_semaphore_set(shift_in_valid_ptr, 0);
        noc_semaphore_inc(get_noc_addr(shift_in_sender_x, shift_in_sender_y, shift_in_ready_address), 1);
        noc_semaphore_wait(shift_in_valid_ptr, 1);
        cb_push_back(cb_shift_in, 4);
    }
    noc_async_atomic_barrier();
}
