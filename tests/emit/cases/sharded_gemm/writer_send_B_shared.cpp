// matmul: the writer kernel, printed by ttile from sharded_gemm.py:15
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_C_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t B_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t B_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t cb_B_shared_page_bytes = 2048;

constexpr auto B_args = TensorAccessorArgs<4>();

void kernel_main() {
    const uint32_t B_address = get_arg_val<uint32_t>(0);
    const int32_t block_x = get_arg_val<int32_t>(1);
    const int32_t block_columns = get_arg_val<int32_t>(2);
    const int32_t block_rows = get_arg_val<int32_t>(3);
    const int32_t B_shared_first_x = get_arg_val<int32_t>(4);
    const int32_t B_shared_first_y = get_arg_val<int32_t>(5);
    const int32_t B_shared_last_x = get_arg_val<int32_t>(6);
    const int32_t B_shared_last_y = get_arg_val<int32_t>(7);
    const int32_t B_shared_destinations = get_arg_val<int32_t>(8);
    const auto B = TensorAccessor(B_args, B_address);
    volatile tt_l1_ptr uint32_t *const B_shared_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(B_shared_ready));
    const uint32_t B_shared_valid_address = get_semaphore(B_shared_valid);
    volatile tt_l1_ptr uint32_t *const B_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(B_shared_valid_address);

    // sharded_gemm.py:25: B_shared = T.alloc_shared((block_K, block), T.bfloat16)
    noc_semaphore_set(B_shared_valid_ptr, 1);
    // sharded_gemm.py:21: with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < block_columns * block_rows; ++item_2) {
        const int32_t bx = item_2 % block_columns + block_x;
        // sharded_gemm.py:29: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // sharded_gemm.py:31: T.copy(B[ko * block_K, bx * block], B_shared)
            cb_reserve_back(cb_B_shared, 16);
            for (int32_t kk_1 = 0; kk_1 < 4; ++kk_1) {
                const int32_t B_page = ko * 128 + kk_1 * 32 + bx * 4;
                for (int32_t c_2 = 0; c_2 < 4; ++c_2) {
                    noc_async_read_page(B_page + c_2, B,
                                        get_write_ptr(cb_B_shared) + (kk_1 * 4 + c_2) * cb_B_shared_page_bytes);
                }
            }
            noc_async_read_barrier();
            noc_async_writes_flushed();
            noc_semaphore_wait(B_shared_ready_ptr, B_shared_destinations);
            noc_semaphore_set(B_shared_ready_ptr, 0);
            const uint64_t cb_B_shared_receivers = get_noc_multicast_addr(
                B_shared_last_x, B_shared_last_y, B_shared_first_x, B_shared_first_y, get_write_ptr(cb_B_shared));
            noc_async_write_multicast(get_write_ptr(cb_B_shared), cb_B_shared_receivers, 16 * cb_B_shared_page_bytes,
                                      B_shared_destinations, true);
            const uint64_t B_shared_valid_receivers = get_noc_multicast_addr(
                B_shared_last_x, B_shared_last_y, B_shared_first_x, B_shared_first_y, B_shared_valid_address);
            noc_semaphore_set_multicast(B_shared_valid_address, B_shared_valid_receivers, B_shared_destinations);
            cb_push_back(cb_B_shared, 16);
        }
        // sharded_gemm.py:33: T.copy(C_local, C[by * block, bx * block])
        cb_wait_front(cb_C_out, 16);
        cb_pop_front(cb_C_out, 16);
    }
    // sharded_gemm.py:25: B_shared = T.alloc_shared((block_K, block), T.bfloat16)
    noc_async_write_barrier();
}
