// multicast_row: the reader kernel, printed by ttile from multicast_row.ttir:6
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t cb_B = get_compile_time_arg_val(1);
constexpr uint32_t ready = get_compile_time_arg_val(2);
constexpr uint32_t valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_A_page_bytes = 2048;
constexpr uint32_t cb_B_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<4>();
constexpr auto B_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t B_address = get_arg_val<uint32_t>(1);
    const int32_t row = get_arg_val<int32_t>(2);
    const int32_t first_x = get_arg_val<int32_t>(3);
    const int32_t first_y = get_arg_val<int32_t>(4);
    const int32_t last_x = get_arg_val<int32_t>(5);
    const int32_t last_y = get_arg_val<int32_t>(6);
    const auto A = TensorAccessor(A_args, A_address);
    const auto B = TensorAccessor(B_args, B_address);
    volatile tt_l1_ptr uint32_t *const ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(ready));
    const uint32_t valid_address = get_semaphore(valid);
    volatile tt_l1_ptr uint32_t *const valid_ptr = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(valid_address);

    // multicast_row.ttir:25: noc_semaphore_set(valid, 1)
    noc_semaphore_set(valid_ptr, 1);
    // multicast_row.ttir:26: for w in T.serial(0, 8, 1):
    for (int32_t w = 0; w < 8; ++w) {
        // multicast_row.ttir:27: cb_reserve_back(cb_A, 2)
        cb_reserve_back(cb_A, 2);
        // multicast_row.ttir:28: noc_async_read_page(A, w * 2, cb_A, 0)
        noc_async_read_page(w * 2, A, get_write_ptr(cb_A));
        // multicast_row.ttir:29: noc_async_read_page(A, w * 2 + 1, cb_A, 1)
        noc_async_read_page(w * 2 + 1, A, get_write_ptr(cb_A) + 1 * cb_A_page_bytes);
        // multicast_row.ttir:30: noc_async_read_barrier()
        noc_async_read_barrier();
        // multicast_row.ttir:31: noc_async_writes_flushed()
        noc_async_writes_flushed();
        // multicast_row.ttir:32: noc_semaphore_wait(ready, 3)
        noc_semaphore_wait(ready_ptr, 3);
        // multicast_row.ttir:33: noc_semaphore_set(ready, 0)
        noc_semaphore_set(ready_ptr, 0);
        // multicast_row.ttir:34: noc_async_write_multicast(cb_A, 0, 2, first_x, first_y, last_x, last_y, 3)
        const uint64_t cb_A_receivers = get_noc_multicast_addr(first_x, first_y, last_x, last_y, get_write_ptr(cb_A));
        noc_async_write_multicast(get_write_ptr(cb_A), cb_A_receivers, 2 * cb_A_page_bytes, 3, true);
        // multicast_row.ttir:35: noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 3)
        const uint64_t valid_receivers = get_noc_multicast_addr(first_x, first_y, last_x, last_y, valid_address);
        noc_semaphore_set_multicast(valid_address, valid_receivers, 3);
        // multicast_row.ttir:36: cb_push_back(cb_A, 2)
        cb_push_back(cb_A, 2);
        // multicast_row.ttir:37: cb_reserve_back(cb_B, 2)
        cb_reserve_back(cb_B, 2);
        // multicast_row.ttir:38: noc_async_read_page(B, row * 16 + w * 2, cb_B, 0)
        noc_async_read_page(row * 16 + w * 2, B, get_write_ptr(cb_B));
        // multicast_row.ttir:39: noc_async_read_page(B, row * 16 + w * 2 + 1, cb_B, 1)
        noc_async_read_page(row * 16 + w * 2 + 1, B, get_write_ptr(cb_B) + 1 * cb_B_page_bytes);
        // multicast_row.ttir:40: noc_async_read_barrier()
        noc_async_read_barrier();
        // multicast_row.ttir:41: cb_push_back(cb_B, 2)
        cb_push_back(cb_B, 2);
    }
    // multicast_row.ttir:42: noc_async_write_barrier()
    noc_async_write_barrier();
}
