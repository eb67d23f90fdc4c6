// matmul: the reader kernel, printed by ttile from sharded_gemm.py:15
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t A_shared_ready = get_compile_time_arg_val(1);
constexpr uint32_t A_shared_valid = get_compile_time_arg_val(2);
constexpr uint32_t cb_A_shared_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<3>();

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const int32_t block_y = get_arg_val<int32_t>(1);
    const int32_t block_columns = get_arg_val<int32_t>(2);
    const int32_t block_rows = get_arg_val<int32_t>(3);
    const int32_t A_shared_first_x = get_arg_val<int32_t>(4);
    const int32_t A_shared_first_y = get_arg_val<int32_t>(5);
    const int32_t A_shared_last_x = get_arg_val<int32_t>(6);
    const int32_t A_shared_last_y = get_arg_val<int32_t>(7);
    const int32_t A_shared_destinations = get_arg_val<int32_t>(8);
    const auto A = TensorAccessor(A_args, A_address);
    volatile tt_l1_ptr uint32_t *const A_shared_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(A_shared_ready));
    const uint32_t A_shared_valid_address = get_semaphore(A_shared_valid);
    volatile tt_l1_ptr uint32_t *const A_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(A_shared_valid_address);

    // sharded_gemm.py:24: A_shared = T.alloc_shared((block, block_K), T.bfloat16)
    noc_semaphore_set(A_shared_valid_ptr, 1);
    // sharded_gemm.py:21: with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
    for (int32_t item = 0; item < block_columns * block_rows; ++item) {
        const int32_t by = item / block_columns + block_y;
        // sharded_gemm.py:29: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // sharded_gemm.py:30: T.copy(A[by * block, ko * block_K], A_shared)
            cb_reserve_back(cb_A_shared, 16);
            for (int32_t kk = 0; kk < 4; ++kk) {
                const int32_t A_page = by * 128 + ko * 4 + kk;
                for (int32_t r_1 = 0; r_1 < 4; ++r_1) {
                    noc_async_read_page(r_1 * 32 + A_page, A,
                                        get_write_ptr(cb_A_shared) + (kk * 4 + r_1) * cb_A_shared_page_bytes);
                }
            }
            noc_async_read_barrier();
            noc_async_writes_flushed();
            noc_semaphore_wait(A_shared_ready_ptr, A_shared_destinations);
            noc_semaphore_set(A_shared_ready_ptr, 0);
            const uint64_t cb_A_shared_receivers = get_noc_multicast_addr(
                A_shared_first_x, A_shared_first_y, A_shared_last_x, A_shared_last_y, get_write_ptr(cb_A_shared));
            noc_async_write_multicast(get_write_ptr(cb_A_shared), cb_A_shared_receivers, 16 * cb_A_shared_page_bytes,
                                      A_shared_destinations, true);
            const uint64_t A_shared_valid_receivers = get_noc_multicast_addr(
                A_shared_first_x, A_shared_first_y, A_shared_last_x, A_shared_last_y, A_shared_valid_address);
            noc_semaphore_set_multicast(A_shared_valid_address, A_shared_valid_receivers, A_shared_destinations);
            cb_push_back(cb_A_shared, 16);
        }
    }
    // sharded_gemm.py:24: A_shared = T.alloc_shared((block, block_K), T.bfloat16)
    noc_async_write_barrier();
}
