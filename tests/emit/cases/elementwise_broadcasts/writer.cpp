// scale_shift: the writer kernel, printed by ttile from elementwise.py:12
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_Y_local = get_compile_time_arg_val(0);
constexpr uint32_t cb_Y_local_page_bytes = 4096;

constexpr auto Y_args = TensorAccessorArgs<1>();

void kernel_main() {
    const uint32_t Y_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const auto Y = TensorAccessor(Y_args, Y_address);

    // elementwise.py:20: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = (item_2 + item_start) % 8;
        const int32_t by = (item_2 + item_start) / 8;
        // elementwise.py:27: T.copy(Y_local, Y[by * block_M, bx * block_N])
        for (int32_t r_2 = 0; r_2 < 4; ++r_2) {
            cb_wait_front(cb_Y_local, 3);
            const int32_t Y_page = by * 96 + r_2 * 24 + bx * 3;
            for (int32_t c_2 = 0; c_2 < 3; ++c_2) {
                noc_async_write_page(Y_page + c_2, Y, get_read_ptr(cb_Y_local) + c_2 * cb_Y_local_page_bytes);
            }
            noc_async_writes_flushed();
            cb_pop_front(cb_Y_local, 3);
        }
    }
    // elementwise.py:12: def scale_shift(X, scale, shift, block_M: int, block_N: int):
    noc_async_write_barrier();
}
