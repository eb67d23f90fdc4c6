// multicast_gemm: the reader kernel, printed by ttile from multicast_gemm.ttir:7
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t a_ready = get_compile_time_arg_val(1);
constexpr uint32_t a_valid = get_compile_time_arg_val(2);

void kernel_main() {
    const int32_t a_sender_x = get_arg_val<int32_t>(0);
    const int32_t a_sender_y = get_arg_val<int32_t>(1);
    const uint32_t a_ready_address = get_semaphore(a_ready);
    volatile tt_l1_ptr uint32_t *const a_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(a_valid));

    // multicast_gemm.ttir:49: for k in T.serial(0, 4, 1):
    for (int32_t k = 0; k < 4; ++k) {
        // multicast_gemm.ttir:50: cb_reserve_back(cb_A, 2)
        cb_reserve_back(cb_A, 2);
        // multicast_gemm.ttir:51: noc_semaphore_set(a_valid, 0)
        noc_semaphore_set(a_valid_ptr, 0);
        // multicast_gemm.ttir:52: noc_semaphore_inc(a_ready, a_sender_x, a_sender_y, 1)
        noc_semaphore_inc(get_noc_addr(a_sender_x, a_sender_y, a_ready_address), 1);
        // multicast_gemm.ttir:53: noc_semaphore_wait(a_valid, 1)
        noc_semaphore_wait(a_valid_ptr, 1);
        // multicast_gemm.ttir:54: cb_push_back(cb_A, 2)
        cb_push_back(cb_A, 2);
    }
    // multicast_gemm.ttir:55: noc_async_atomic_barrier()
    noc_async_atomic_barrier();
}
