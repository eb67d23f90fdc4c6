// matmul: the writer kernel, printed by ttile from gemm.py:8
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_C_local = get_compile_time_arg_val(0);
constexpr uint32_t cb_C_local_page_bytes = 2048;

constexpr auto C_args = TensorAccessorArgs<1>();

void kernel_main() {
    const uint32_t C_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const auto C = TensorAccessor(C_args, C_address);

    // gemm.py:24: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = (item_2 + item_start) % 5;
        const int32_t by = (item_2 + item_start) / 5;
        // gemm.py:33: T.copy(C_local, C[by * block_M, bx * block_N])
        cb_wait_front(cb_C_local, 8);
        for (int32_t r_3 = 0; r_3 < 4; ++r_3) {
            const int32_t C_page = by * 40 + r_3 * 10 + bx * 2;
            for (int32_t c_3 = 0; c_3 < 2; ++c_3) {
                noc_async_write_page(C_page + c_3, C,
                                     get_read_ptr(cb_C_local) + (r_3 * 2 + c_3) * cb_C_local_page_bytes);
            }
        }
        noc_async_writes_flushed();
        cb_pop_front(cb_C_local, 8);
    }
    // gemm.py:8: def matmul(
    noc_async_write_barrier();
}
