// mlp: the writer kernel, printed by ttile from mlp.py:11
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_Y_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_Y_out_page_bytes = 2048;

constexpr auto Y_args = TensorAccessorArgs<1>();

void kernel_main() {
    const uint32_t Y_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const auto Y = TensorAccessor(Y_args, Y_address);

    // mlp.py:19: with T.Kernel(T.ceildiv(rows, block_M), threads=128) as bx:
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = item_2 + item_start;
        // mlp.py:38: T.copy(Y_local, Y[bx * block_M, 0])
        cb_wait_front(cb_Y_out, 8);
        for (int32_t r_7_1 = 0; r_7_1 < 2; ++r_7_1) {
            for (int32_t c_7_1 = 0; c_7_1 < 4; ++c_7_1) {
                noc_async_write_page(bx * 8 + r_7_1 * 4 + c_7_1, Y,
                                     get_read_ptr(cb_Y_out) + (r_7_1 * 4 + c_7_1) * cb_Y_out_page_bytes);
            }
        }
        noc_async_writes_flushed();
        cb_pop_front(cb_Y_out, 8);
    }
    // mlp.py:11: def mlp(rows, width, hidden, block_M=64, block_H=64, dtype="bfloat16", accum_dtype="float32"):
    noc_async_write_barrier();
}
