// template: the writer kernel, printed by ttile from names.py:8
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_PACK_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_PACK_out_page_bytes = 4096;

constexpr auto union_args = TensorAccessorArgs<1>();

void kernel_main() {
    const uint32_t union_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const auto union_ = TensorAccessor(union_args, union_address);

    // names.py:15: with T.Kernel(T.ceildiv(??????, new), T.ceildiv(ROWS, delete), threads=128) as (namespace, pack_tile
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t namespace_ = (item_2 + item_start) % 2;
        const int32_t pack_tile_ = (item_2 + item_start) / 2;
        // names.py:24: T.copy(PACK, union[pack_tile * delete, namespace * new])
        cb_wait_front(cb_PACK_out, 3);
        const int32_t union_page = pack_tile_ * 6 + namespace_ * 3;
        for (int32_t c_3 = 0; c_3 < 3; ++c_3) {
            noc_async_write_page(c_3 + union_page, union_, get_read_ptr(cb_PACK_out) + c_3 * cb_PACK_out_page_bytes);
        }
        noc_async_writes_flushed();
        cb_pop_front(cb_PACK_out, 3);
    }
    // names.py:8: def template(cb_volatile, ?, MATH, delete: int, new: int):
    noc_async_write_barrier();
}
