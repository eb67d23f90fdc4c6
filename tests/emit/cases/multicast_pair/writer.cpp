// multicast_pair: the writer kernel, printed by ttile from multicast_pair.ttir:7
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_C = get_compile_time_arg_val(0);
constexpr uint32_t cb_C_page_bytes = 2048;

constexpr auto C_args = TensorAccessorArgs<1>();

void kernel_main() {
    const uint32_t C_address = get_arg_val<uint32_t>(0);
    const int32_t row = get_arg_val<int32_t>(1);
    const auto C = TensorAccessor(C_args, C_address);

    // multicast_pair.ttir:92: for w in T.serial(0, 8, 1):
    for (int32_t w = 0; w < 8; ++w) {
        // multicast_pair.ttir:93: cb_wait_front(cb_C, 2)
        cb_wait_front(cb_C, 2);
        // multicast_pair.ttir:94: noc_async_write_page(C, row * 16 + w * 2, cb_C, 0)
        noc_async_write_page(row * 16 + w * 2, C, get_read_ptr(cb_C));
        // multicast_pair.ttir:95: noc_async_write_page(C, row * 16 + w * 2 + 1, cb_C, 1)
        noc_async_write_page(row * 16 + w * 2 + 1, C, get_read_ptr(cb_C) + 1 * cb_C_page_bytes);
        // multicast_pair.ttir:96: noc_async_writes_flushed()
        noc_async_writes_flushed();
        // multicast_pair.ttir:97: cb_pop_front(cb_C, 2)
        cb_pop_front(cb_C, 2);
    }
    // multicast_pair.ttir:98: noc_async_write_barrier()
    noc_async_write_barrier();
}
