// arithmetic: the reader kernel, printed by ttile from elementwise.py:26
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_A_shared_page_bytes = 2048;
constexpr uint32_t cb_B_shared_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<2>();
constexpr auto B_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();

// Every 32-bit word of a page; a word holds two elements of a 16-bit format.
static void fill_page(uint32_t address, uint32_t bytes, uint32_t word) {
    volatile tt_l1_ptr uint32_t *const page = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(address);
    for (uint32_t i = 0; i < bytes / 4; ++i) {
        page[i] = word;
    }
}

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t B_address = get_arg_val<uint32_t>(1);
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const auto A = TensorAccessor(A_args, A_address);
    const auto B = TensorAccessor(B_args, B_address);

    // elementwise.py:32: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 2;
        const int32_t by = (item + item_start) / 2;
        // elementwise.py:36: T.copy(A[by * block_M, bx * block_N], A_shared)
        cb_reserve_back(cb_A_shared, 4);
        for (int32_t r = 0; r < 2; ++r) {
            const int32_t A_page = by * 6 + r * 3 + bx * 2;
            for (int32_t c = 0; c < 2; ++c) {
                if (bx * 2 + c < 3) {
                    noc_async_read_page(A_page + c, A,
                                        get_write_ptr(cb_A_shared) + (r * 2 + c) * cb_A_shared_page_bytes);
                } else {
                    fill_page(get_write_ptr(cb_A_shared) + (r * 2 + c) * cb_A_shared_page_bytes, cb_A_shared_page_bytes,
                              0);
                }
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_A_shared, 4);
        // elementwise.py:37: T.copy(B[by * block_M, bx * block_N], B_shared)
        cb_reserve_back(cb_B_shared, 4);
        for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
            const int32_t B_page = by * 6 + r_1 * 3 + bx * 2;
            for (int32_t c_1 = 0; c_1 < 2; ++c_1) {
                if (bx * 2 + c_1 < 3) {
                    noc_async_read_page(B_page + c_1, B,
                                        get_write_ptr(cb_B_shared) + (r_1 * 2 + c_1) * cb_B_shared_page_bytes);
                } else {
                    fill_page(get_write_ptr(cb_B_shared) + (r_1 * 2 + c_1) * cb_B_shared_page_bytes,
                              cb_B_shared_page_bytes, 0);
                }
            }
        }
        noc_async_read_barrier();
        cb_push_back(cb_B_shared, 4);
    }
}
