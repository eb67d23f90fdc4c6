// matmul: the reader kernel, printed by ttile from gemm.py:8
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
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const auto A = TensorAccessor(A_args, A_address);
    const auto B = TensorAccessor(B_args, B_address);

    // gemm.py:24: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 2;
        const int32_t by = (item + item_start) / 2;
        // gemm.py:30: T.copy(A[by * block_M, k * block_K], A_shared)
        cb_reserve_back(cb_A_shared, 8);
        for (int32_t kk = 0; kk < 4; ++kk) {
            const int32_t A_page = by * 8 + kk;
            for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
                noc_async_read_page(r_1 * 4 + A_page, A,
                                    get_write_ptr(cb_A_shared) + (kk * 2 + r_1) * cb_A_shared_page_bytes);
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_A_shared, 8);
        // gemm.py:31: T.copy(B[k * block_K, bx * block_N], B_shared)
        cb_reserve_back(cb_B_shared, 8);
        for (int32_t kk_1 = 0; kk_1 < 4; ++kk_1) {
            const int32_t B_page = kk_1 * 4 + bx * 2;
            for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                noc_async_read_page(B_page + c_2, B,
                                    get_write_ptr(cb_B_shared) + (kk_1 * 2 + c_2) * cb_B_shared_page_bytes);
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_B_shared, 8);
    }
}
