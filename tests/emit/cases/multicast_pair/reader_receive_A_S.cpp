// multicast_pair: the reader kernel, printed by ttile from multicast_pair.ttir:7
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t cb_S = get_compile_time_arg_val(1);
constexpr uint32_t cb_B = get_compile_time_arg_val(2);
constexpr uint32_t valid = get_compile_time_arg_val(3);
constexpr uint32_t ready = get_compile_time_arg_val(4);
constexpr uint32_t cb_B_page_bytes = 2048;

constexpr auto B_args = TensorAccessorArgs<5>();

void kernel_main() {
    const uint32_t B_address = get_arg_val<uint32_t>(0);
    const int32_t row = get_arg_val<int32_t>(1);
    const int32_t first_x = get_arg_val<int32_t>(2);
    const int32_t first_y = get_arg_val<int32_t>(3);
    const auto B = TensorAccessor(B_args, B_address);
    volatile tt_l1_ptr uint32_t *const valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(valid));
    const uint32_t ready_address = get_semaphore(ready);

    // multicast_pair.ttir:53: for w in T.serial(0, 8, 1):
    for (int32_t w = 0; w < 8; ++w) {
        // multicast_pair.ttir:54: cb_reserve_back(cb_A, 2)
        cb_reserve_back(cb_A, 2);
        // multicast_pair.ttir:55: noc_semaphore_set(valid, 0)
        noc_semaphore_set(valid_ptr, 0);
        // multicast_pair.ttir:56: cb_reserve_back(cb_S, 2)
        cb_reserve_back(cb_S, 2);
        // multicast_pair.ttir:57: noc_semaphore_inc(ready, first_x, first_y, 1)
        noc_semaphore_inc(get_noc_addr(first_x, first_y, ready_address), 1);
        // multicast_pair.ttir:58: cb_reserve_back(cb_B, 2)
        cb_reserve_back(cb_B, 2);
        // multicast_pair.ttir:59: noc_async_read_page(B, row * 16 + w * 2, cb_B, 0)
        noc_async_read_page(row * 16 + w * 2, B, get_write_ptr(cb_B));
        // multicast_pair.ttir:60: noc_async_read_page(B, row * 16 + w * 2 + 1, cb_B, 1)
        noc_async_read_page(row * 16 + w * 2 + 1, B, get_write_ptr(cb_B) + 1 * cb_B_page_bytes);
        // multicast_pair.ttir:61: noc_async_read_barrier()
        noc_async_read_barrier();
        // multicast_pair.ttir:62: cb_push_back(cb_B, 2)
        cb_push_back(cb_B, 2);
        // multicast_pair.ttir:63: noc_semaphore_wait(valid, 1)
        noc_semaphore_wait(valid_ptr, 1);
        // multicast_pair.ttir:64: cb_push_back(cb_S, 2)
        cb_push_back(cb_S, 2);
        // multicast_pair.ttir:65: cb_push_back(cb_A, 2)
        cb_push_back(cb_A, 2);
    }
    // multicast_pair.ttir:66: noc_async_atomic_barrier()
    noc_async_atomic_barrier();
}
