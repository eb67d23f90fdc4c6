// gemm_bias_relu: the reader kernel, printed by ttile from gemm.py:12
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_bias_in = get_compile_time_arg_val(0);
constexpr uint32_t cb_A_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(2);
constexpr uint32_t cb_bias_in_page_bytes = 4096;
constexpr uint32_t cb_A_shared_page_bytes = 2048;
constexpr uint32_t cb_B_shared_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<3>();
constexpr auto B_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();
constexpr auto bias_args = TensorAccessorArgs<B_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t B_address = get_arg_val<uint32_t>(1);
    const uint32_t bias_address = get_arg_val<uint32_t>(2);
    const int32_t item_start = get_arg_val<int32_t>(3);
    const int32_t item_count = get_arg_val<int32_t>(4);
    const auto A = TensorAccessor(A_args, A_address);
    const auto B = TensorAccessor(B_args, B_address);
    const auto bias = TensorAccessor(bias_args, bias_address);

    // gemm.py:19: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 8;
        const int32_t by = (item + item_start) / 8;
        // gemm.py:25: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 4; ++ko) {
            // gemm.py:26: T.copy(A[by * block_M, ko * block_K], A_shared)
            cb_reserve_back(cb_A_shared, 32);
            for (int32_t kk = 0; kk < 8; ++kk) {
                for (int32_t r_1 = 0; r_1 < 4; ++r_1) {
                    noc_async_read_page(by * 128 + r_1 * 32 + ko * 8 + kk, A,
                                        get_write_ptr(cb_A_shared) + (kk * 4 + r_1) * cb_A_shared_page_bytes);
                }
            }
            noc_async_read_barrier();
            cb_push_back(cb_A_shared, 32);
            // gemm.py:27: T.copy(B[ko * block_K, bx * block_N], B_shared)
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
        // gemm.py:31: C_local[i, j] = T.max(C_local[i, j] + bias[bx * block_N + j], 0)
        cb_reserve_back(cb_bias_in, 4);
        for (int32_t c_3_1 = 0; c_3_1 < 4; ++c_3_1) {
            noc_async_read_page(bx * 4 + c_3_1, bias, get_write_ptr(cb_bias_in) + c_3_1 * cb_bias_in_page_bytes);
        }
        noc_async_read_barrier();
        cb_push_back(cb_bias_in, 4);
    }
}
