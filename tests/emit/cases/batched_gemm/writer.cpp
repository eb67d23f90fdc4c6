// per_head_projection: the writer kernel, printed by ttile from batched_gemm.py:14
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_O_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_O_out_page_bytes = 2048;

constexpr auto O_args = TensorAccessorArgs<1>();

void kernel_main() {
    const uint32_t O_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const auto O = TensorAccessor(O_args, O_address);

    // batched_gemm.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(seq, block_S), batch * heads, threads=128) as
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = (item_2 + item_start) % 2;
        const int32_t by = (item_2 + item_start) / 2 % 8;
        const int32_t bz = (item_2 + item_start) / 16;
        // batched_gemm.py:32: T.copy(O_local, O[b, by * block_S : (by + 1) * block_S, h, bx * block_N : (bx + 1) * bloc
        for (int32_t r_3_1 = 0; r_3_1 < 2; ++r_3_1) {
            cb_wait_front(cb_O_out, 2);
            const int32_t O_page = bz * 64 + by * 8 + r_3_1 * 4 + bx * 2;
            for (int32_t c_3_1 = 0; c_3_1 < 2; ++c_3_1) {
                noc_async_write_page(O_page + c_3_1, O, get_read_ptr(cb_O_out) + c_3_1 * cb_O_out_page_bytes);
            }
            noc_async_writes_flushed();
            cb_pop_front(cb_O_out, 2);
        }
    }
    // batched_gemm.py:14: def per_head_projection(Q, W, block_S: int, block_N: int, block_K: int):
    noc_async_write_barrier();
}
