// matmul: the reader kernel, printed by ttile from sharded_gemm.py:15
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_A_shared_page_bytes = 2048;
constexpr uint32_t cb_B_shared_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<2>();
constexpr auto B_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t B_address = get_arg_val<uint32_t>(1);
    const int32_t block_x = get_arg_val<int32_t>(2);
    const int32_t block_y = get_arg_val<int32_t>(3);
    const int32_t block_columns = get_arg_val<int32_t>(4);
    const int32_t block_rows = get_arg_val<int32_t>(5);
    const auto A = TensorAccessor(A_args, A_address);
    const auto B = TensorAccessor(B_args, B_address);

    // sharded_gemm.py:21: with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
    for (int32_t item = 0; item < block_columns * block_rows; ++item) {
        const int32_t bx = item % block_columns + block_x;
        const int32_t by = item / block_columns + block_y;
        // sharded_gemm.py:29: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 4; ++ko) {
            // sharded_gemm.py:30: T.copy(A[by * block, ko * block_K], A_shared)
            cb_reserve_back(cb_A_shared, 32);
            for (int32_t kk = 0; kk < 8; ++kk) {
                for (int32_t r_1 = 0; r_1 < 4; ++r_1) {
                    noc_async_read_page(by * 128 + r_1 * 32 + ko * 8 + kk, A,
                                        get_write_ptr(cb_A_shared) + (kk * 4 + r_1) * cb_A_shared_page_bytes);
                }
            }
            noc_async_read_barrier();
            cb_push_back(cb_A_shared, 32);
            // sharded_gemm.py:31: T.copy(B[ko * block_K, bx * block], B_shared)
            cb_reserve_back(cb_B_shared, 32);
            for (int32_t kk_1 = 0; kk_1 < 8; ++kk_1) {
                for (int32_t c_2 = 0; c_2 < 4; ++c_2) {
                    noc_async_read_page(ko * 256 + kk_1 * 32 + bx * 4 + c_2, B,
                                        get_write_ptr(cb_B_shared) + (kk_1 * 4 + c_2) * cb_B_shared_page_bytes);
                }
            }
            noc_async_read_barrier();
            cb_push_back(cb_B_shared, 32);
        }
    }
}
