// select_on_indices: the writer kernel, printed by ttile from fused.py:110
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_C_local_out = get_compile_time_arg_val(0);

constexpr auto C_args = TensorAccessorArgs<1>();

void kernel_main() {
    const uint32_t C_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const auto C = TensorAccessor(C_args, C_address);

    // fused.py:115: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = (item_2 + item_start) % 2;
        const int32_t by = (item_2 + item_start) / 2;
        // fused.py:124: T.copy(C_local, C[by * block_M, bx * block_N])
        for (int32_t r_5 = 0; r_5 < 2; ++r_5) {
            const int32_t C_page = by * 6 + r_5 * 3 + bx * 2;
            for (int32_t c_5 = 0; c_5 < 2; ++c_5) {
                cb_wait_front(cb_C_local_out, 1);
                if (bx * 2 + c_5 < 3) {
                    noc_async_write_page(C_page + c_5, C, get_read_ptr(cb_C_local_out));
                }
                noc_async_writes_flushed();
                cb_pop_front(cb_C_local_out, 1);
            }
        }
    }
    // fused.py:110: def select_on_indices(M, N, K, block_M=64, block_N=64, block_K=32):
    noc_async_write_barrier();
}
