// multicast_gemm: the reader kernel, printed by ttile from multicast_gemm.ttir:7
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A = get_compile_time_arg_val(0);
constexpr uint32_t a_ready = get_compile_time_arg_val(1);
constexpr uint32_t a_valid = get_compile_time_arg_val(2);
constexpr uint32_t cb_A_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<3>();

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const int32_t row = get_arg_val<int32_t>(1);
    const int32_t a_first_x = get_arg_val<int32_t>(2);
    const int32_t a_first_y = get_arg_val<int32_t>(3);
    const int32_t a_last_x = get_arg_val<int32_t>(4);
    const int32_t a_last_y = get_arg_val<int32_t>(5);
    const auto A = TensorAccessor(A_args, A_address);
    volatile tt_l1_ptr uint32_t *const a_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(a_ready));
    const uint32_t a_valid_address = get_semaphore(a_valid);
    volatile tt_l1_ptr uint32_t *const a_valid_ptr = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(a_valid_address);

    // multicast_gemm.ttir:35: noc_semaphore_set(a_valid, 1)
    noc_semaphore_set(a_valid_ptr, 1);
    // multicast_gemm.ttir:36: for k in T.serial(0, 4, 1):
    for (int32_t k = 0; k < 4; ++k) {
        // multicast_gemm.ttir:37: cb_reserve_back(cb_A, 2)
        cb_reserve_back(cb_A, 2);
        // multicast_gemm.ttir:38: for i in T.serial(0, 2, 1):
        for (int32_t i = 0; i < 2; ++i) {
            // multicast_gemm.ttir:39: noc_async_read_page(A, (row + i) * 4 + k, cb_A, i)
            noc_async_read_page(i * 4 + row * 4 + k, A, get_write_ptr(cb_A) + i * cb_A_page_bytes);
        }
        // multicast_gemm.ttir:40: noc_async_read_barrier()
        noc_async_read_barrier();
        // multicast_gemm.ttir:41: noc_async_writes_flushed()
        noc_async_writes_flushed();
        // multicast_gemm.ttir:42: noc_semaphore_wait(a_ready, 1)
        noc_semaphore_wait(a_ready_ptr, 1);
        // multicast_gemm.ttir:43: noc_semaphore_set(a_ready, 0)
        noc_semaphore_set(a_ready_ptr, 0);
        // multicast_gemm.ttir:44: noc_async_write_multicast(cb_A, 0, 2, a_first_x, a_first_y, a_last_x, a_last_y, 1)
        const uint64_t cb_A_receivers =
            get_noc_multicast_addr(a_first_x, a_first_y, a_last_x, a_last_y, get_write_ptr(cb_A));
        noc_async_write_multicast(get_write_ptr(cb_A), cb_A_receivers, 2 * cb_A_page_bytes, 1, true);
        // multicast_gemm.ttir:45: noc_semaphore_set_multicast(a_valid, a_first_x, a_first_y, a_last_x, a_last_y, 1)
        const uint64_t a_valid_receivers =
            get_noc_multicast_addr(a_first_x, a_first_y, a_last_x, a_last_y, a_valid_address);
        noc_semaphore_set_multicast(a_valid_address, a_valid_receivers, 1);
        // multicast_gemm.ttir:46: cb_push_back(cb_A, 2)
        cb_push_back(cb_A, 2);
    }
    // multicast_gemm.ttir:47: noc_async_write_barrier()
    noc_async_write_barrier();
}
