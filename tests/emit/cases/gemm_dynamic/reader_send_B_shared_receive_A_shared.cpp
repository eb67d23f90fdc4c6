// matmul_dynamic: the reader kernel, printed by ttile from gemm.py:108
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_A_shared = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t A_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t A_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t B_shared_ready = get_compile_time_arg_val(4);
constexpr uint32_t B_shared_valid = get_compile_time_arg_val(5);
constexpr uint32_t cb_B_shared_page_bytes = 2048;

constexpr auto B_args = TensorAccessorArgs<6>();

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
    const uint32_t B_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const int32_t A_shared_sender_x = get_arg_val<int32_t>(3);
    const int32_t A_shared_sender_y = get_arg_val<int32_t>(4);
    const int32_t B_shared_first_x = get_arg_val<int32_t>(5);
    const int32_t B_shared_first_y = get_arg_val<int32_t>(6);
    const int32_t B_shared_last_x = get_arg_val<int32_t>(7);
    const int32_t B_shared_last_y = get_arg_val<int32_t>(8);
    const int32_t B_shared_destinations = get_arg_val<int32_t>(9);
    const int32_t k = get_arg_val<int32_t>(10);
    const int32_t n = get_arg_val<int32_t>(11);
    const auto B = TensorAccessor(B_args, B_address);
    const uint32_t A_shared_ready_address = get_semaphore(A_shared_ready);
    volatile tt_l1_ptr uint32_t *const A_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(A_shared_valid));
    volatile tt_l1_ptr uint32_t *const B_shared_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(B_shared_ready));
    const uint32_t B_shared_valid_address = get_semaphore(B_shared_valid);
    volatile tt_l1_ptr uint32_t *const B_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(B_shared_valid_address);

    // gemm.py:118: B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
    noc_semaphore_set(B_shared_valid_ptr, 1);
    // gemm.py:116: with T.Kernel(T.ceildiv(n, block_N), T.ceildiv(m, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % ((n + 63) / 64);
        // gemm.py:121: for ko in T.Pipelined(T.ceildiv(k, block_K), num_stages=2):
        for (int32_t ko = 0; ko < (k + 255) / 256; ++ko) {
            // gemm.py:122: T.copy(A[by * block_M, ko * block_K], A_shared)
            cb_reserve_back(cb_A_shared, 16);
            noc_semaphore_set(A_shared_valid_ptr, 0);
            noc_semaphore_inc(get_noc_addr(A_shared_sender_x, A_shared_sender_y, A_shared_ready_address), 1);
            noc_semaphore_wait(A_shared_valid_ptr, 1);
            cb_push_back(cb_A_shared, 16);
            // gemm.py:123: T.copy(B[ko * block_K, bx * block_N], B_shared)
            cb_reserve_back(cb_B_shared, 16);
            for (int32_t kk_1 = 0; kk_1 < minimum((k + 31) / 32 - ko * 8, 8); ++kk_1) {
                const int32_t B_page_1 = bx * 2 + (ko * 8 + kk_1) * ((n + 31) / 32);
                for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                    if (ko * 8 + kk_1 < (k + 31) / 32 && bx * 2 + c_2 < (n + 31) / 32) {
                        noc_async_read_page(B_page_1 + c_2, B,
                                            get_write_ptr(cb_B_shared) + (kk_1 * 2 + c_2) * cb_B_shared_page_bytes);
                    } else {
                        fill_page(get_write_ptr(cb_B_shared) + (kk_1 * 2 + c_2) * cb_B_shared_page_bytes,
                                  cb_B_shared_page_bytes, 0);
                    }
                }
            }
            noc_async_read_barrier();
            for (int32_t kk_1 = 0; kk_1 < minimum((k + 31) / 32 - ko * 8, 8); ++kk_1) {
                for (int32_t c_2 = 0; c_2 < 2; ++c_2) {
                    if (minimum(k - ko * 256 - kk_1 * 32, 32) > 0 && minimum(n - bx * 64 - c_2 * 32, 32) > 0 &&
                        (minimum(k - ko * 256 - kk_1 * 32, 32) < 32 || minimum(n - bx * 64 - c_2 * 32, 32) < 32)) {
                        fill_page_edge(get_write_ptr(cb_B_shared) + (kk_1 * 2 + c_2) * cb_B_shared_page_bytes,
                                       cb_B_shared_page_bytes, minimum(k - ko * 256 - kk_1 * 32, 32),
                                       minimum(n - bx * 64 - c_2 * 32, 32), 0);
                    }
                }
            }
            noc_async_writes_flushed();
            noc_semaphore_wait(B_shared_ready_ptr, B_shared_destinations);
            noc_semaphore_set(B_shared_ready_ptr, 0);
            const uint64_t cb_B_shared_receivers = get_noc_multicast_addr(
                B_shared_first_x, B_shared_first_y, B_shared_last_x, B_shared_last_y, get_write_ptr(cb_B_shared));
            noc_async_write_multicast(get_write_ptr(cb_B_shared), cb_B_shared_receivers,
                                      minimum((k + 31) / 32 - ko * 8, 8) * 2 * cb_B_shared_page_bytes,
                                      B_shared_destinations, true);
            const uint64_t B_shared_valid_receivers = get_noc_multicast_addr(
                B_shared_first_x, B_shared_first_y, B_shared_last_x, B_shared_last_y, B_shared_valid_address);
            noc_semaphore_set_multicast(B_shared_valid_address, B_shared_valid_receivers, B_shared_destinations);
            cb_push_back(cb_B_shared, 16);
        }
    }
    // gemm.py:118: B_shared = T.alloc_shared((block_K, block_N), "bfloat16")
    noc_async_write_barrier();
    // gemm.py:117: A_shared = T.alloc_shared((block_M, block_K), "bfloat16")
    noc_async_atomic_barrier();
}
