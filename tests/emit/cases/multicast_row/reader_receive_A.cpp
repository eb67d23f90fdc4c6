// multicast_row: the reader kernel, printed by ttile from multicast_row.ttir:6
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t cb_B = get_compile_time_arg_val(1);
constexpr uint32_t ready = get_compile_time_arg_val(2);
constexpr uint32_t valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_B_page_bytes = 2048;

constexpr auto B_args = TensorAccessorArgs<4>();

void kernel_main() {
    const uint32_t B_address = get_arg_val<uint32_t>(0);
    const int32_t row = get_arg_val<int32_t>(1);
    const int32_t sender_x = get_arg_val<int32_t>(2);
    const int32_t sender_y = get_arg_val<int32_t>(3);
    const auto B = TensorAccessor(B_args, B_address);
    const uint32_t ready_address = get_semaphore(ready);
    volatile tt_l1_ptr uint32_t *const valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(valid));

    // multicast_row.ttir:44: for w in T.serial(0, 8, 1):
    for (int32_t w = 0; w < 8; ++w) {
        // multicast_row.ttir:45: cb_reserve_back(cb_A, 2)
        cb_reserve_back(cb_A, 2);
        // multicast_row.ttir:46: noc_semaphore_set(valid, 0)
        noc_semaphore_set(valid_ptr, 0);
        // multicast_row.ttir:47: noc_semaphore_inc(ready, sender_x, sender_y, 1)
        noc_semaphore_inc(get_noc_addr(sender_x, sender_y, ready_address), 1);
        // multicast_row.ttir:48: noc_semaphore_wait(valid, 1)
        noc_semaphore_wait(valid_ptr, 1);
        // multicast_row.ttir:49: cb_push_back(cb_A, 2)
        cb_push_back(cb_A, 2);
        // multicast_row.ttir:50: cb_reserve_back(cb_B, 2)
        cb_reserve_back(cb_B, 2);
        // multicast_row.ttir:51: noc_async_read_page(B, row * 16 + w * 2, cb_B, 0)
        noc_async_read_page(row * 16 + w * 2, B, get_write_ptr(cb_B));
        // multicast_row.ttir:52: noc_async_read_page(B, row * 16 + w * 2 + 1, cb_B, 1)
        noc_async_read_page(row * 16 + w * 2 + 1, B, get_write_ptr(cb_B) + 1 * cb_B_page_bytes);
        // multicast_row.ttir:53: noc_async_read_barrier()
        noc_async_read_barrier();
        // multicast_row.ttir:54: cb_push_back(cb_B, 2)
        cb_push_back(cb_B, 2);
    }
    // multicast_row.ttir:55: noc_async_atomic_barrier()
    noc_async_atomic_barrier();
}
