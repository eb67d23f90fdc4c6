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
constexpr uint32_t cb_shift_in_page_bytes = 4096;
constexpr uint32_t cb_scale_in_page_bytes = 4096;
constexpr uint32_t cb_X_shared_page_bytes = 4096;

constexpr auto X_args = TensorAccessorArgs<7>();
constexpr auto scale_args = TensorAccessorArgs<X_args.next_compile_time_args_offset()>();
constexpr auto shift_args = TensorAccessorArgs<scale_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t X_address = get_arg_val<uint32_t>(0);
    const uint32_t scale_address = get_arg_val<uint32_t>(1);
    const uint32_t shift_address = get_arg_val<uint32_t>(2);
    const int32_t item_start = get_arg_val<int32_t>(3);
    const int32_t item_count = get_arg_val<int32_t>(4);
    const int32_t shift_in_first_x = get_arg_val<int32_t>(5);
    const int32_t shift_in_first_y = get_arg_val<int32_t>(6);
    const int32_t shift_in_last_x = get_arg_val<int32_t>(7);
    const int32_t shift_in_last_y = get_arg_val<int32_t>(8);
    const int32_t shift_in_destinations = get_arg_val<int32_t>(9);
    const int32_t scale_in_first_x = get_arg_val<int32_t>(10);
    const int32_t scale_in_first_y = get_arg_val<int32_t>(11);
    const int32_t scale_in_last_x = get_arg_val<int32_t>(12);
    const int32_t scale_in_last_y = get_arg_val<int32_t>(13);
    const int32_t scale_in_destinations = get_arg_val<int32_t>(14);
    const auto X = TensorAccessor(X_args, X_address);
    const auto scale = TensorAccessor(scale_args, scale_address);
    const auto shift = TensorAccessor(shift_args, shift_address);
    volatile tt_l1_ptr uint32_t *const shift_in_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(shift_in_ready));
    const uint32_t shift_in_valid_address = get_semaphore(shift_in_valid);
    volatile tt_l1_ptr uint32_t *const shift_in_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(shift_in_valid_address);
    volatile tt_l1_ptr uint32_t *const scale_in_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(scale_in_ready));
    const uint32_t scale_in_valid_address = get_semaphore(scale_in_valid);
    volatile tt_l1_ptr uint32_t *const scale_in_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(scale_in_valid_address);

    // elementwise.py:26: Y_local[i, j] = X_shared[i, j] * scale[bx * block_N + j] + shift[by * block_M + i]
    noc_semaphore_set(shift_in_valid_ptr, 1);
    noc_semaphore_set(scale_in_valid_ptr, 1);
    // elementwise.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 8;
        const int32_t by = (item + item_start) / 8;
        // elementwise.py:24: T.copy(X[by * block_M, bx * block_N], X_shared)
        cb_reserve_back(cb_X_shared, 12);
        for (int32_t r = 0; r < 4; ++r) {
            const int32_t X_page = by * 96 + r * 24 + bx * 3;
            for (int32_t c = 0; c < 3; ++c) {
                noc_async_read_page(X_page + c, X, get_write_ptr(cb_X_shared) + (r * 3 + c) * cb_X_shared_page_bytes);
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_X_shared, 12);
        // elementwise.py:26: Y_local[i, j] = X_shared[i, j] * scale[bx * block_N + j] + shift[by * block_M + i]
        cb_reserve_back(cb_scale_in, 3);
        for (int32_t c_1_1 = 0; c_1_1 < 3; ++c_1_1) {
            noc_async_read_page(bx * 3 + c_1_1, scale, get_write_ptr(cb_scale_in) + c_1_1 * cb_scale_in_page_bytes);
        }
        noc_async_read_barrier();
        noc_async_writes_flushed();
        noc_semaphore_wait(scale_in_ready_ptr, scale_in_destinations);
        noc_semaphore_set(scale_in_ready_ptr, 0);
        const uint64_t cb_scale_in_receivers = get_noc_multicast_addr(
            scale_in_first_x, scale_in_first_y, scale_in_last_x, scale_in_last_y, get_write_ptr(cb_scale_in));
        noc_async_write_multicast(get_write_ptr(cb_scale_in), cb_scale_in_receivers, 3 * cb_scale_in_page_bytes,
                                  scale_in_destinations, true);
        const uint64_t scale_in_valid_receivers = get_noc_multicast_addr(
            scale_in_first_x, scale_in_first_y, scale_in_last_x, scale_in_last_y, scale_in_valid_address);
        noc_semaphore_set_multicast(scale_in_valid_address, scale_in_valid_receivers, scale_in_destinations);
        cb_push_back(cb_scale_in, 3);
        cb_reserve_back(cb_shift_in, 4);
        for (int32_t r_1_1 = 0; r_1_1 < 4; ++r_1_1) {
            noc_async_read_page(by * 4 + r_1_1, shift, get_write_ptr(cb_shift_in) + r_1_1 * cb_shift_in_page_bytes);
        }
        noc_async_read_barrier();
        noc_semaphore_wait(shift_in_ready_ptr, shift_in_destinations);
        noc_semaphore_set(shift_in_ready_ptr, 0);
        const uint64_t cb_shift_in_receivers = get_noc_multicast_addr(
            shift_in_first_x, shift_in_first_y, shift_in_last_x, shift_in_last_y, get_write_ptr(cb_shift_in));
        noc_async_write_multicast(get_write_ptr(cb_shift_in), cb_shift_in_receivers, 4 * cb_shift_in_page_bytes,
                                  shift_in_destinations, true);
        const uint64_t shift_in_valid_receivers = get_noc_multicast_addr(
            shift_in_first_x, shift_in_first_y, shift_in_last_x, shift_in_last_y, shift_in_valid_address);
        noc_semaphore_set_multicast(shift_in_valid_address, shift_in_valid_receivers, shift_in_destinations);
        cb_push_back(cb_shift_in, 4);
    }
    noc_async_write_barrier();
}
