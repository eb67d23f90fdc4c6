// matmul_transposed: the reader kernel, printed by ttile from gemm.py:38
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t cb_A_shared_page_bytes = 2048;
constexpr uint32_t cb_B_shared_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<2>();
constexpr auto B_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();

static int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

// Every 32-bit word of a page; a word holds two elements of a 16-bit format.
static void fill_page(uint32_t address, uint32_t bytes, uint32_t word) {
    volatile tt_l1_ptr uint32_t *const page = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(address);
    for (uint32_t i = 0; i < bytes / 4; ++i) {
        page[i] = word;
    }
}

// Everything behind the first `rows` rows and `columns` columns of a 32x32 tile, which lies in L1 as four 16x16
// faces, row by row. L1 is written in words of 32 bits: one element, or two that are neighbours in a row.
static void fill_page_edge(uint32_t address, uint32_t bytes, uint32_t rows, uint32_t columns, uint32_t word) {
    volatile tt_l1_ptr uint32_t *const page = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(address);
    const uint32_t per_word = 4096 / bytes;
    for (uint32_t i = 0; i < bytes / 4; ++i) {
        const uint32_t element = i * per_word;
        const uint32_t row = (element >> 9) * 16 + (element >> 4) % 16;
        const uint32_t column = (element >> 8) % 2 * 16 + element % 16;
        if (row >= rows || column >= columns) {
            page[i] = word;
        } else if (column + per_word > columns) {
            page[i] = (page[i] & 0x0000ffff) | (word & 0xffff0000);
        }
    }
}

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t B_address = get_arg_val<uint32_t>(1);
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const auto A = TensorAccessor(A_args, A_address);
    const auto B = TensorAccessor(B_args, B_address);

    // gemm.py:44: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 2;
        const int32_t by = (item + item_start) / 2;
        // gemm.py:53: T.copy(A[by * block_M, k * block_K], A_shared)
        cb_reserve_back(cb_A_shared, 8);
        for (int32_t kk = 0; kk < 2; ++kk) {
            for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
                const int32_t A_page = by * 6 + r_1 * 3 + kk * 2;
                const int32_t A_shared_slot = kk * 4 + r_1 * 2;
                for (int32_t c_1 = 0; c_1 < 2; ++c_1) {
                    if (kk * 2 + c_1 < 3) {
                        noc_async_read_page(A_page + c_1, A,
                                            get_write_ptr(cb_A_shared) +
                                                (A_shared_slot + c_1) * cb_A_shared_page_bytes);
                    } else {
                        fill_page(get_write_ptr(cb_A_shared) + (kk * 4 + r_1 * 2 + c_1) * cb_A_shared_page_bytes,
                                  cb_A_shared_page_bytes, 0);
                    }
                }
            }
        }
        noc_async_read_barrier();
        for (int32_t kk = 0; kk < 2; ++kk) {
            for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
                for (int32_t c_1 = 0; c_1 < 2; ++c_1) {
                    if (minimum(100 - by * 64 - r_1 * 32, 32) > 0 && minimum(90 - kk * 64 - c_1 * 32, 32) > 0 &&
                        (minimum(100 - by * 64 - r_1 * 32, 32) < 32 || minimum(90 - kk * 64 - c_1 * 32, 32) < 32)) {
                        fill_page_edge(get_write_ptr(cb_A_shared) + (kk * 4 + r_1 * 2 + c_1) * cb_A_shared_page_bytes,
                                       cb_A_shared_page_bytes, minimum(100 - by * 64 - r_1 * 32, 32),
                                       minimum(90 - kk * 64 - c_1 * 32, 32), 0);
                    }
                }
            }
        }
        cb_push_back(cb_A_shared, 8);
        // gemm.py:55: T.copy(B[bx * block_N, k * block_K], B_shared)
        cb_reserve_back(cb_B_shared, 8);
        for (int32_t kk_1 = 0; kk_1 < 2; ++kk_1) {
            for (int32_t r_2 = 0; r_2 < 2; ++r_2) {
                const int32_t B_page = bx * 6 + r_2 * 3 + kk_1 * 2;
                const int32_t B_shared_slot = kk_1 * 4 + r_2;
                for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                    if (bx * 2 + r_2 < 3 && kk_1 * 2 + c_2 < 3) {
                        noc_async_read_page(B_page + c_2, B,
                                            get_write_ptr(cb_B_shared) +
                                                (c_2 * 2 + B_shared_slot) * cb_B_shared_page_bytes);
                    } else {
                        fill_page(get_write_ptr(cb_B_shared) + (kk_1 * 4 + c_2 * 2 + r_2) * cb_B_shared_page_bytes,
                                  cb_B_shared_page_bytes, 0);
                    }
                }
            }
        }
        noc_async_read_barrier();
        for (int32_t kk_1 = 0; kk_1 < 2; ++kk_1) {
            for (int32_t r_2 = 0; r_2 < 2; ++r_2) {
                for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                    if (minimum(70 - bx * 64 - r_2 * 32, 32) > 0 && minimum(90 - kk_1 * 64 - c_2 * 32, 32) > 0 &&
                        (minimum(70 - bx * 64 - r_2 * 32, 32) < 32 || minimum(90 - kk_1 * 64 - c_2 * 32, 32) < 32)) {
                        fill_page_edge(get_write_ptr(cb_B_shared) + (kk_1 * 4 + c_2 * 2 + r_2) * cb_B_shared_page_bytes,
                                       cb_B_shared_page_bytes, minimum(70 - bx * 64 - r_2 * 32, 32),
                                       minimum(90 - kk_1 * 64 - c_2 * 32, 32), 0);
                    }
                }
            }
        }
        cb_push_back(cb_B_shared, 8);
    }
}
