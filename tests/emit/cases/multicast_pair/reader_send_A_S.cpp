// multicast_pair: the reader kernel, printed by ttile from multicast_pair.ttir:7
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t cb_S = get_compile_time_arg_val(1);
constexpr uint32_t cb_B = get_compile_time_arg_val(2);
constexpr uint32_t valid = get_compile_time_arg_val(3);
constexpr uint32_t ready = get_compile_time_arg_val(4);
constexpr uint32_t cb_A_page_bytes = 2048;
constexpr uint32_t cb_S_page_bytes = 2048;
constexpr uint32_t cb_B_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<5>();
constexpr auto S_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();
constexpr auto B_args = TensorAccessorArgs<S_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t S_address = get_arg_val<uint32_t>(1);
    const uint32_t B_address = get_arg_val<uint32_t>(2);
    const int32_t row = get_arg_val<int32_t>(3);
    const int32_t first_x = get_arg_val<int32_t>(4);
    const int32_t first_y = get_arg_val<int32_t>(5);
    const int32_t last_x = get_arg_val<int32_t>(6);
    const int32_t last_y = get_arg_val<int32_t>(7);
    const auto A = TensorAccessor(A_args, A_address);
    const auto S = TensorAccessor(S_args, S_address);
    const auto B = TensorAccessor(B_args, B_address);
    const uint32_t valid_address = get_semaphore(valid);
    volatile tt_l1_ptr uint32_t *const valid_ptr = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(valid_address);
    volatile tt_l1_ptr uint32_t *const ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(ready));

    // multicast_pair.ttir:26: noc_semaphore_set(valid, 1)
    noc_semaphore_set(valid_ptr, 1);
    // multicast_pair.ttir:27: for half in T.serial(0, 2, 1):
    for (int32_t half = 0; half < 2; ++half) {
        // multicast_pair.ttir:28: for w in T.serial(0, 4, 1):
        for (int32_t w = 0; w < 4; ++w) {
            // multicast_pair.ttir:29: cb_reserve_back(cb_S, 2)
            cb_reserve_back(cb_S, 2);
            // multicast_pair.ttir:30: cb_reserve_back(cb_A, 2)
            cb_reserve_back(cb_A, 2);
            // multicast_pair.ttir:31: noc_semaphore_wait(ready, 3)
            noc_semaphore_wait(ready_ptr, 3);
            // multicast_pair.ttir:32: noc_semaphore_set(ready, 0)
            noc_semaphore_set(ready_ptr, 0);
            // multicast_pair.ttir:33: noc_async_read_page(A, half * 8 + w * 2, cb_A, 0)
            noc_async_read_page(half * 8 + w * 2, A, get_write_ptr(cb_A));
            // multicast_pair.ttir:34: noc_async_read_barrier()
            noc_async_read_barrier();
            // multicast_pair.ttir:35: noc_async_write_multicast(cb_A, 0, 1, first_x, first_y, last_x, last_y, 3)
            const uint64_t cb_A_receivers =
                get_noc_multicast_addr(first_x, first_y, last_x, last_y, get_write_ptr(cb_A));
            noc_async_write_multicast(get_write_ptr(cb_A), cb_A_receivers, 1 * cb_A_page_bytes, 3, false);
            // multicast_pair.ttir:36: noc_async_read_page(A, half * 8 + w * 2 + 1, cb_A, 1)
            noc_async_read_page(half * 8 + w * 2 + 1, A, get_write_ptr(cb_A) + 1 * cb_A_page_bytes);
            // multicast_pair.ttir:37: noc_async_read_page(S, half * 8 + w * 2, cb_S, 0)
            noc_async_read_page(half * 8 + w * 2, S, get_write_ptr(cb_S));
            // multicast_pair.ttir:38: noc_async_read_page(S, half * 8 + w * 2 + 1, cb_S, 1)
            noc_async_read_page(half * 8 + w * 2 + 1, S, get_write_ptr(cb_S) + 1 * cb_S_page_bytes);
            // multicast_pair.ttir:39: noc_async_read_barrier()
            noc_async_read_barrier();
            // multicast_pair.ttir:40: noc_async_write_multicast(cb_A, 1, 1, first_x, first_y, last_x, last_y, 3)
            const uint64_t cb_A_receivers_2 =
                get_noc_multicast_addr(first_x, first_y, last_x, last_y, get_write_ptr(cb_A) + 1 * cb_A_page_bytes);
            noc_async_write_multicast(get_write_ptr(cb_A) + 1 * cb_A_page_bytes, cb_A_receivers_2, 1 * cb_A_page_bytes,
                                      3, false);
            // multicast_pair.ttir:41: noc_async_write_multicast(cb_S, 0, 2, first_x, first_y, last_x, last_y, 3)
            const uint64_t cb_S_receivers =
                get_noc_multicast_addr(first_x, first_y, last_x, last_y, get_write_ptr(cb_S));
            noc_async_write_multicast(get_write_ptr(cb_S), cb_S_receivers, 2 * cb_S_page_bytes, 3, true);
            // multicast_pair.ttir:42: noc_semaphore_set_multicast(valid, first_x, first_y, last_x, last_y, 3)
            const uint64_t valid_receivers = get_noc_multicast_addr(first_x, first_y, last_x, last_y, valid_address);
            noc_semaphore_set_multicast(valid_address, valid_receivers, 3);
            // multicast_pair.ttir:43: cb_push_back(cb_A, 2)
            cb_push_back(cb_A, 2);
            // multicast_pair.ttir:44: noc_async_writes_flushed()
            noc_async_writes_flushed();
            // multicast_pair.ttir:45: cb_push_back(cb_S, 2)
            cb_push_back(cb_S, 2);
            // multicast_pair.ttir:46: cb_reserve_back(cb_B, 2)
            cb_reserve_back(cb_B, 2);
            // multicast_pair.ttir:47: noc_async_read_page(B, row * 16 + half * 8 + w * 2, cb_B, 0)
            noc_async_read_page(row * 16 + half * 8 + w * 2, B, get_write_ptr(cb_B));
            // multicast_pair.ttir:48: noc_async_read_page(B, row * 16 + half * 8 + w * 2 + 1, cb_B, 1)
            noc_async_read_page(row * 16 + half * 8 + w * 2 + 1, B, get_write_ptr(cb_B) + 1 * cb_B_page_bytes);
            // multicast_pair.ttir:49: noc_async_read_barrier()
            noc_async_read_barrier();
            // multicast_pair.ttir:50: cb_push_back(cb_B, 2)
            cb_push_back(cb_B, 2);
        }
    }
    // multicast_pair.ttir:51: noc_async_write_barrier()
    noc_async_write_barrier();
}
