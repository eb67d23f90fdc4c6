// scale_shift: the writer kernel, printed by ttile from sharded_elementwise.py:15
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_Y_local = get_compile_time_arg_val(0);

void kernel_main() {
    const int32_t block_columns = get_arg_val<int32_t>(0);
    const int32_t block_rows = get_arg_val<int32_t>(1);

    // sharded_elementwise.py:22: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < block_columns * block_rows; ++item_2) {
        // sharded_elementwise.py:32: T.copy(Y_local, Y[by * block_M, bx * block_N])
        cb_wait_front(cb_Y_local, 16);
        cb_pop_front(cb_Y_local, 16);
    }
}
