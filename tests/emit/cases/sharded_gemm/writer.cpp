// matmul: the writer kernel, printed by ttile from sharded_gemm.py:15
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_C_out = get_compile_time_arg_val(0);

void kernel_main() {
    const int32_t block_columns = get_arg_val<int32_t>(0);
    const int32_t block_rows = get_arg_val<int32_t>(1);

    // sharded_gemm.py:21: with T.Kernel(T.ceildiv(N, block), T.ceildiv(M, block), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < block_columns * block_rows; ++item_2) {
        // sharded_gemm.py:33: T.copy(C_local, C[by * block, bx * block])
        cb_wait_front(cb_C_out, 16);
        cb_pop_front(cb_C_out, 16);
    }
}
