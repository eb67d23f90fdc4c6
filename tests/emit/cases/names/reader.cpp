// template: the reader kernel, printed by ttile from names.py:8
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_xceb1_in = get_compile_time_arg_val(0);
constexpr uint32_t cb_MATH_in = get_compile_time_arg_val(1);
constexpr uint32_t cb_volatile_1 = get_compile_time_arg_val(2);
constexpr uint32_t cb_xceb1_in_page_bytes = 4096;
constexpr uint32_t cb_MATH_in_page_bytes = 4096;
constexpr uint32_t cb_volatile_1_page_bytes = 4096;

constexpr auto cb_volatile_args = TensorAccessorArgs<3>();
constexpr auto xceb1_args = TensorAccessorArgs<cb_volatile_args.next_compile_time_args_offset()>();
constexpr auto MATH_args = TensorAccessorArgs<xceb1_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t cb_volatile_address = get_arg_val<uint32_t>(0);
    const uint32_t xceb1_address = get_arg_val<uint32_t>(1);
    const uint32_t MATH_address = get_arg_val<uint32_t>(2);
    const int32_t item_start = get_arg_val<int32_t>(3);
    const int32_t item_count = get_arg_val<int32_t>(4);
    const auto cb_volatile = TensorAccessor(cb_volatile_args, cb_volatile_address);
    const auto xceb1 = TensorAccessor(xceb1_args, xceb1_address);
    const auto MATH_ = TensorAccessor(MATH_args, MATH_address);

    // names.py:15: with T.Kernel(T.ceildiv(??????, new), T.ceildiv(ROWS, delete), threads=128) as (namespace, pack_tile
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t namespace_ = (item + item_start) % 2;
        const int32_t pack_tile_ = (item + item_start) / 2;
        // names.py:20: for goto in T.serial(2):  # ??
        for (int32_t goto_ = 0; goto_ < 2; ++goto_) {
            // names.py:21: T.copy(cb_volatile[pack_tile * delete, namespace * new], volatile)
            cb_reserve_back(cb_volatile_1, 3);
            const int32_t cb_volatile_page = pack_tile_ * 6 + namespace_ * 3;
            for (int32_t c_1 = 0; c_1 < 3; ++c_1) {
                noc_async_read_page(c_1 + cb_volatile_page, cb_volatile,
                                    get_write_ptr(cb_volatile_1) + c_1 * cb_volatile_1_page_bytes);
            }
            noc_async_read_barrier();
            cb_push_back(cb_volatile_1, 3);
            // names.py:23: PACK[i, j] += volatile[i, j] * MATH[pack_tile * delete + i, namespace * new + j] + ?[namespa
            cb_reserve_back(cb_MATH_in, 3);
            const int32_t MATH_page = pack_tile_ * 6 + namespace_ * 3;
            for (int32_t c_2_1 = 0; c_2_1 < 3; ++c_2_1) {
                noc_async_read_page(MATH_page + c_2_1, MATH_,
                                    get_write_ptr(cb_MATH_in) + c_2_1 * cb_MATH_in_page_bytes);
            }
            noc_async_read_barrier();
            cb_push_back(cb_MATH_in, 3);
            cb_reserve_back(cb_xceb1_in, 3);
            for (int32_t c_2_2 = 0; c_2_2 < 3; ++c_2_2) {
                noc_async_read_page(namespace_ * 3 + c_2_2, xceb1,
                                    get_write_ptr(cb_xceb1_in) + c_2_2 * cb_xceb1_in_page_bytes);
            }
            noc_async_read_barrier();
            cb_push_back(cb_xceb1_in, 3);
        }
    }
}
