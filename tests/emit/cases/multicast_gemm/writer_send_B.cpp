// multicast_gemm: the writer kernel, printed by ttile from multicast_gemm.ttir:7
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_B = get_compile_time_arg_val(0);
constexpr uint32_t cb_C = get_compile_time_arg_val(1);
constexpr uint32_t b_ready = get_compile_time_arg_val(2);
constexpr uint32_t b_valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_B_page_bytes = 2048;
constexpr uint32_t cb_C_page_bytes = 2048;

constexpr auto B_args = TensorAccessorArgs<4>();
constexpr auto C_args = TensorAccessorArgs<B_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t B_address = get_arg_val<uint32_t>(0);
    const uint32_t C_address = get_arg_val<uint32_t>(1);
    const int32_t row = get_arg_val<int32_t>(2);
    const int32_t column = get_arg_val<int32_t>(3);
    const int32_t b_first_x = get_arg_val<int32_t>(4);
    const int32_t b_first_y = get_arg_val<int32_t>(5);
    const int32_t b_last_x = get_arg_val<int32_t>(6);
    const int32_t b_last_y = get_arg_val<int32_t>(7);
    const auto B = TensorAccessor(B_args, B_address);
    const auto C = TensorAccessor(C_args, C_address);
    volatile tt_l1_ptr uint32_t *const b_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(b_ready));
    const uint32_t b_valid_address = get_semaphore(b_valid);
    volatile tt_l1_ptr uint32_t *const b_valid_ptr = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(b_valid_address);

    // multicast_gemm.ttir:76: noc_semaphore_set(b_valid, 1)
    noc_semaphore_set(b_valid_ptr, 1);
    // multicast_gemm.ttir:77: for k in T.serial(0, 4, 1):
    for (int32_t k = 0; k < 4; ++k) {
        // multicast_gemm.ttir:78: cb_reserve_back(cb_B, 2)
        cb_reserve_back(cb_B, 2);
        // multicast_gemm.ttir:79: for i in T.serial(0, 2, 1):
        for (int32_t i = 0; i < 2; ++i) {
            // multicast_gemm.ttir:80: noc_async_read_page(B, k * 4 + column + i, cb_B, i)
            noc_async_read_page(k * 4 + column + i, B, get_write_ptr(cb_B) + i * cb_B_page_bytes);
        }
        // multicast_gemm.ttir:81: noc_async_read_barrier()
        noc_async_read_barrier();
        // multicast_gemm.ttir:82: noc_async_writes_flushed()
        noc_async_writes_flushed();
        // multicast_gemm.ttir:83: noc_semaphore_wait(b_ready, 1)
        noc_semaphore_wait(b_ready_ptr, 1);
        // multicast_gemm.ttir:84: noc_semaphore_set(b_ready, 0)
        noc_semaphore_set(b_ready_ptr, 0);
        // multicast_gemm.ttir:85: noc_async_write_multicast(cb_B, 0, 2, b_first_x, b_first_y, b_last_x, b_last_y, 1)
        const uint64_t cb_B_receivers =
            get_noc_multicast_addr(b_last_x, b_last_y, b_first_x, b_first_y, get_write_ptr(cb_B));
        noc_async_write_multicast(get_write_ptr(cb_B), cb_B_receivers, 2 * cb_B_page_bytes, 1, true);
        // multicast_gemm.ttir:86: noc_semaphore_set_multicast(b_valid, b_first_x, b_first_y, b_last_x, b_last_y, 1)
        const uint64_t b_valid_receivers =
            get_noc_multicast_addr(b_last_x, b_last_y, b_first_x, b_first_y, b_valid_address);
        noc_semaphore_set_multicast(b_valid_address, b_valid_receivers, 1);
        // multicast_gemm.ttir:87: cb_push_back(cb_B, 2)
        cb_push_back(cb_B, 2);
    }
    // multicast_gemm.ttir:88: cb_wait_front(cb_C, 4)
    cb_wait_front(cb_C, 4);
    // multicast_gemm.ttir:89: for i in T.serial(0, 2, 1):
    for (int32_t i = 0; i < 2; ++i) {
        // multicast_gemm.ttir:90: for j in T.serial(0, 2, 1):
        for (int32_t j = 0; j < 2; ++j) {
            // multicast_gemm.ttir:91: noc_async_write_page(C, (row + i) * 4 + column + j, cb_C, i * 2 + j)
            noc_async_write_page(i * 4 + row * 4 + column + j, C, get_read_ptr(cb_C) + (i * 2 + j) * cb_C_page_bytes);
        }
    }
    // multicast_gemm.ttir:92: noc_async_writes_flushed()
    noc_async_writes_flushed();
    // multicast_gemm.ttir:93: cb_pop_front(cb_C, 4)
    cb_pop_front(cb_C, 4);
    // multicast_gemm.ttir:94: noc_async_write_barrier()
    noc_async_write_barrier();
}
