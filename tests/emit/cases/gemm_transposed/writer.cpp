// matmul_transposed: the writer kernel, printed by ttile from gemm.py:38
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_C_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_C_out_page_bytes = 2048;

constexpr auto C_args = TensorAccessorArgs<1>();

void kernel_main() {
    const uint32_t C_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const auto C = TensorAccessor(C_args, C_address);

    // gemm.py:44: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = (item_2 + item_start) % 3;
        const int32_t by = (item_2 + item_start) / 3;
        // gemm.py:59: T.copy(C_local, C[by * block_M, bx * block_N])
        for (int32_t r_4_1 = 0; r_4_1 < 2; ++r_4_1) {
            cb_wait_front(cb_C_out, 2);
            const int32_t C_page = by * 12 + r_4_1 * 6 + bx * 2;
            for (int32_t c_4_1 = 0; c_4_1 < 2; ++c_4_1) {
                noc_async_write_page(C_page + c_4_1, C, get_read_ptr(cb_C_out) + c_4_1 * cb_C_out_page_bytes);
            }
            noc_async_writes_flushed();
            cb_pop_front(cb_C_out, 2);
        }
    }
    // gemm.py:38: def matmul_transposed(A, B, trans_A, trans_B, block_M=64, block_N=64, block_K=64, dtype="bfloat16", o
    noc_async_write_barrier();
}
