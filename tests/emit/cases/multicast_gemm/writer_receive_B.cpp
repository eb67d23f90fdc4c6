// multicast_gemm: the writer kernel, printed by ttile from multicast_gemm.ttir:7
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_B = get_compile_time_arg_val(0);
constexpr uint32_t cb_C = get_compile_time_arg_val(1);
constexpr uint32_t b_ready = get_compile_time_arg_val(2);
constexpr uint32_t b_valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_C_page_bytes = 2048;

constexpr auto C_args = TensorAccessorArgs<4>();

void kernel_main() {
    const uint32_t C_address = get_arg_val<uint32_t>(0);
    const int32_t row = get_arg_val<int32_t>(1);
    const int32_t column = get_arg_val<int32_t>(2);
    const int32_t b_sender_x = get_arg_val<int32_t>(3);
    const int32_t b_sender_y = get_arg_val<int32_t>(4);
    const auto C = TensorAccessor(C_args, C_address);
    const uint32_t b_ready_address = get_semaphore(b_ready);
    volatile tt_l1_ptr uint32_t *const b_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(b_valid));

    // multicast_gemm.ttir:96: for k in T.serial(0, 4, 1):
    for (int32_t k = 0; k < 4; ++k) {
        // multicast_gemm.ttir:97: cb_reserve_back(cb_B, 2)
        cb_reserve_back(cb_B, 2);
        // multicast_gemm.ttir:98: noc_semaphore_set(b_valid, 0)
        noc_semaphore_set(b_valid_ptr, 0);
        // multicast_gemm.ttir:99: noc_semaphore_inc(b_ready, b_sender_x, b_sender_y, 1)
        noc_semaphore_inc(get_noc_addr(b_sender_x, b_sender_y, b_ready_address), 1);
        // multicast_gemm.ttir:100: noc_semaphore_wait(b_valid, 1)
        noc_semaphore_wait(b_valid_ptr, 1);
        // multicast_gemm.ttir:101: cb_push_back(cb_B, 2)
        cb_push_back(cb_B, 2);
    }
    // multicast_gemm.ttir:102: noc_async_atomic_barrier()
    noc_async_atomic_barrier();
    // multicast_gemm.ttir:103: cb_wait_front(cb_C, 4)
    cb_wait_front(cb_C, 4);
    // multicast_gemm.ttir:104: for i in T.serial(0, 2, 1):
    for (int32_t i = 0; i < 2; ++i) {
        // multicast_gemm.ttir:105: for j in T.serial(0, 2, 1):
        for (int32_t j = 0; j < 2; ++j) {
            // multicast_gemm.ttir:106: noc_async_write_page(C, (row + i) * 4 + column + j, cb_C, i * 2 + j)
            noc_async_write_page(i * 4 + row * 4 + column + j, C, get_read_ptr(cb_C) + (i * 2 + j) * cb_C_page_bytes);
        }
    }
    // multicast_gemm.ttir:107: noc_async_writes_flushed()
    noc_async_writes_flushed();
    // multicast_gemm.ttir:108: cb_pop_front(cb_C, 4)
    cb_pop_front(cb_C, 4);
    // multicast_gemm.ttir:109: noc_async_write_barrier()
    noc_async_write_barrier();
}
