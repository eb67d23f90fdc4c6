// matmul: the reader kernel, printed by ttile from gemm.py:8
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t A_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t A_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t B_shared_ready = get_compile_time_arg_val(4);
constexpr uint32_t B_shared_valid = get_compile_time_arg_val(5);
constexpr uint32_t cb_A_shared_page_bytes = 2048;
constexpr uint32_t cb_B_shared_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<6>();
constexpr auto B_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t B_address = get_arg_val<uint32_t>(1);
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const int32_t A_shared_first_x = get_arg_val<int32_t>(4);
    const int32_t A_shared_first_y = get_arg_val<int32_t>(5);
    const int32_t A_shared_last_x = get_arg_val<int32_t>(6);
    const int32_t A_shared_last_y = get_arg_val<int32_t>(7);
    const int32_t A_shared_destinations = get_arg_val<int32_t>(8);
    const int32_t B_shared_first_x = get_arg_val<int32_t>(9);
    const int32_t B_shared_first_y = get_arg_val<int32_t>(10);
    const int32_t B_shared_last_x = get_arg_val<int32_t>(11);
    const int32_t B_shared_last_y = get_arg_val<int32_t>(12);
    const int32_t B_shared_destinations = get_arg_val<int32_t>(13);
    const auto A = TensorAccessor(A_args, A_address);
    const auto B = TensorAccessor(B_args, B_address);
    volatile tt_l1_ptr uint32_t *const A_shared_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(A_shared_ready));
    const uint32_t A_shared_valid_address = get_semaphore(A_shared_valid);
    volatile tt_l1_ptr uint32_t *const A_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(A_shared_valid_address);
    volatile tt_l1_ptr uint32_t *const B_shared_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(B_shared_ready));
    const uint32_t B_shared_valid_address = get_semaphore(B_shared_valid);
    volatile tt_l1_ptr uint32_t *const B_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(B_shared_valid_address);

    // gemm.py:25: A_shared = T.alloc_shared((block_M, block_K), in_dtype)
    noc_semaphore_set(A_shared_valid_ptr, 1);
    // gemm.py:26: B_shared = T.alloc_shared((block_K, block_N), in_dtype)
    noc_semaphore_set(B_shared_valid_ptr, 1);
    // gemm.py:24: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 5;
        const int32_t by = (item + item_start) / 5;
        // gemm.py:30: T.copy(A[by * block_M, k * block_K], A_shared)
        cb_reserve_back(cb_A_shared, 24);
        for (int32_t r_1 = 0; r_1 < 4; ++r_1) {
            const int32_t A_page = by * 24 + r_1 * 6;
            for (int32_t c_1 = 0; c_1 < 2; ++c_1) {
                noc_async_read_page(A_page + c_1, A,
                                    get_write_ptr(cb_A_shared) + (r_1 * 2 + c_1) * cb_A_shared_page_bytes);
            }
        }
        noc_async_read_barrier();
        for (int32_t kk = 1; kk < 3; ++kk) {
            for (int32_t r_1 = 0; r_1 < 4; ++r_1) {
                const int32_t A_page_1 = by * 24 + r_1 * 6 + kk * 2;
                const int32_t A_shared_slot = kk * 8 + r_1 * 2;
                for (int32_t c_1 = 0; c_1 < 2; ++c_1) {
                    noc_async_read_page(A_page_1 + c_1, A,
                                        get_write_ptr(cb_A_shared) + (A_shared_slot + c_1) * cb_A_shared_page_bytes);
                }
            }
        }
        noc_async_writes_flushed();
        noc_semaphore_wait(A_shared_ready_ptr, A_shared_destinations);
        noc_semaphore_set(A_shared_ready_ptr, 0);
        const uint64_t cb_A_shared_receivers = get_noc_multicast_addr(
            A_shared_first_x, A_shared_first_y, A_shared_last_x, A_shared_last_y, get_write_ptr(cb_A_shared));
        noc_async_write_multicast(get_write_ptr(cb_A_shared), cb_A_shared_receivers, 8 * cb_A_shared_page_bytes,
                                  A_shared_destinations, false);
        noc_async_read_barrier();
        const uint64_t cb_A_shared_receivers_2 =
            get_noc_multicast_addr(A_shared_first_x, A_shared_first_y, A_shared_last_x, A_shared_last_y,
                                   get_write_ptr(cb_A_shared) + 8 * cb_A_shared_page_bytes);
        noc_async_write_multicast(get_write_ptr(cb_A_shared) + 8 * cb_A_shared_page_bytes, cb_A_shared_receivers_2,
                                  16 * cb_A_shared_page_bytes, A_shared_destinations, true);
        const uint64_t A_shared_valid_receivers = get_noc_multicast_addr(
            A_shared_first_x, A_shared_first_y, A_shared_last_x, A_shared_last_y, A_shared_valid_address);
        noc_semaphore_set_multicast(A_shared_valid_address, A_shared_valid_receivers, A_shared_destinations);
        cb_push_back(cb_A_shared, 24);
        // gemm.py:31: T.copy(B[k * block_K, bx * block_N], B_shared)
        cb_reserve_back(cb_B_shared, 12);
        for (int32_t kk_1 = 0; kk_1 < 3; ++kk_1) {
            for (int32_t r_2 = 0; r_2 < 2; ++r_2) {
                const int32_t B_page = kk_1 * 20 + r_2 * 10 + bx * 2;
                const int32_t B_shared_slot = kk_1 * 4 + r_2 * 2;
                for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                    noc_async_read_page(B_page + c_2, B,
                                        get_write_ptr(cb_B_shared) + (B_shared_slot + c_2) * cb_B_shared_page_bytes);
                }
            }
        }
        noc_async_read_barrier();
        noc_semaphore_wait(B_shared_ready_ptr, B_shared_destinations);
        noc_semaphore_set(B_shared_ready_ptr, 0);
        const uint64_t cb_B_shared_receivers = get_noc_multicast_addr(
            B_shared_first_x, B_shared_first_y, B_shared_last_x, B_shared_last_y, get_write_ptr(cb_B_shared));
        noc_async_write_multicast(get_write_ptr(cb_B_shared), cb_B_shared_receivers, 12 * cb_B_shared_page_bytes,
                                  B_shared_destinations, true);
        const uint64_t B_shared_valid_receivers = get_noc_multicast_addr(
            B_shared_first_x, B_shared_first_y, B_shared_last_x, B_shared_last_y, B_shared_valid_address);
        noc_semaphore_set_multicast(B_shared_valid_address, B_shared_valid_receivers, B_shared_destinations);
        cb_push_back(cb_B_shared, 12);
    }
    // gemm.py:26: B_shared = T.alloc_shared((block_K, block_N), in_dtype)
    noc_async_write_barrier();
}
