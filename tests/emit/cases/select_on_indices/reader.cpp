// select_on_indices: the reader kernel, printed by ttile from fused.py:110
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t row_index = get_compile_time_arg_val(2);
constexpr uint32_t column_index = get_compile_time_arg_val(3);
constexpr uint32_t cb_A_shared_page_bytes = 2048;
constexpr uint32_t cb_B_shared_page_bytes = 2048;
constexpr uint32_t row_index_page_bytes = 4096;
constexpr uint32_t column_index_page_bytes = 4096;

constexpr auto A_args = TensorAccessorArgs<4>();
constexpr auto B_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();

static int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

// The bits of an integer as a float, rounded to nearest even: these cores have no floating-point unit.
static uint32_t float_bits(int32_t value) {
    uint32_t magnitude = value < 0 ? -static_cast<uint32_t>(value) : static_cast<uint32_t>(value);
    uint32_t exponent = 127 + 31;
    if (magnitude == 0) {
        return 0;
    }
    for (; magnitude < 0x80000000; magnitude *= 2) {
        --exponent;
    }
    const uint32_t rest = magnitude & 0xff, kept = magnitude >> 8;
    const uint32_t rounding = rest > 0x80 || (rest == 0x80 && kept % 2 == 1);
    return (value < 0 ? 0x80000000 : 0) + (exponent << 23) + (kept - 0x800000) + rounding;
}

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

enum class Axis { row, column };

// Each element's row or column in a 32x32 tile, which lies in L1 as four 16x16 faces, row by row. These numbers are
// exact in bfloat16, too, which is the upper half of a float.
static void fill_page_index(uint32_t address, uint32_t bytes, Axis axis) {
    volatile tt_l1_ptr uint32_t *const page = reinterpret_cast<volatile tt_l1_ptr uint32_t *>(address);
    const uint32_t per_word = 4096 / bytes;
    for (uint32_t i = 0; i < bytes / 4; ++i) {
        const uint32_t element = i * per_word;
        const uint32_t row = (element >> 9) * 16 + (element >> 4) % 16;
        const uint32_t column = (element >> 8) % 2 * 16 + element % 16;
        const uint32_t low = float_bits(axis == Axis::row ? row : column);
        const uint32_t high = float_bits(axis == Axis::row ? row : column + 1);
        page[i] = per_word == 1 ? low : low >> 16 | (high & 0xffff0000);
    }
}

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t B_address = get_arg_val<uint32_t>(1);
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const auto A = TensorAccessor(A_args, A_address);
    const auto B = TensorAccessor(B_args, B_address);

    // fused.py:110: def select_on_indices(M, N, K, block_M=64, block_N=64, block_K=32):
    cb_reserve_back(row_index, 1);
    fill_page_index(get_write_ptr(row_index), row_index_page_bytes, Axis::row);
    cb_push_back(row_index, 1);
    cb_reserve_back(column_index, 1);
    fill_page_index(get_write_ptr(column_index), column_index_page_bytes, Axis::column);
    cb_push_back(column_index, 1);
    // fused.py:115: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 2;
        const int32_t by = (item + item_start) / 2;
        // fused.py:11: T.copy(A[by * block_M, k * block_K], A_shared)
        cb_reserve_back(cb_A_shared, 6);
        for (int32_t kk = 0; kk < 3; ++kk) {
            const int32_t A_page = by * 6 + kk;
            for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
                noc_async_read_page(r_1 * 3 + A_page, A,
                                    get_write_ptr(cb_A_shared) + (kk * 2 + r_1) * cb_A_shared_page_bytes);
            }
        }
        noc_async_read_barrier();
        for (int32_t kk = 0; kk < 3; ++kk) {
            for (int32_t r_1 = 0; r_1 < 2; ++r_1) {
                if (minimum(100 - by * 64 - r_1 * 32, 32) > 0 && minimum(70 - kk * 32, 32) > 0 &&
                    (minimum(100 - by * 64 - r_1 * 32, 32) < 32 || minimum(70 - kk * 32, 32) < 32)) {
                    fill_page_edge(get_write_ptr(cb_A_shared) + (kk * 2 + r_1) * cb_A_shared_page_bytes,
                                   cb_A_shared_page_bytes, minimum(100 - by * 64 - r_1 * 32, 32),
                                   minimum(70 - kk * 32, 32), 0);
                }
            }
        }
        cb_push_back(cb_A_shared, 6);
        // fused.py:12: T.copy(B[k * block_K, bx * block_N], B_shared)
        cb_reserve_back(cb_B_shared, 6);
        for (int32_t kk_1 = 0; kk_1 < 3; ++kk_1) {
            const int32_t B_page = kk_1 * 3 + bx * 2;
            for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                if (bx * 2 + c_2 < 3) {
                    noc_async_read_page(B_page + c_2, B,
                                        get_write_ptr(cb_B_shared) + (kk_1 * 2 + c_2) * cb_B_shared_page_bytes);
                } else {
                    fill_page(get_write_ptr(cb_B_shared) + (kk_1 * 2 + c_2) * cb_B_shared_page_bytes,
                              cb_B_shared_page_bytes, 0);
                }
            }
        }
        noc_async_read_barrier();
        for (int32_t kk_1 = 0; kk_1 < 3; ++kk_1) {
            for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                if (minimum(70 - kk_1 * 32, 32) > 0 && minimum(90 - bx * 64 - c_2 * 32, 32) > 0 &&
                    (minimum(70 - kk_1 * 32, 32) < 32 || minimum(90 - bx * 64 - c_2 * 32, 32) < 32)) {
                    fill_page_edge(get_write_ptr(cb_B_shared) + (kk_1 * 2 + c_2) * cb_B_shared_page_bytes,
                                   cb_B_shared_page_bytes, minimum(70 - kk_1 * 32, 32),
                                   minimum(90 - bx * 64 - c_2 * 32, 32), 0);
                }
            }
        }
        cb_push_back(cb_B_shared, 6);
    }
}
