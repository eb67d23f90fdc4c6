// gemm_bias_relu: the reader kernel, printed by ttile from gemm.py:12
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_bias_in = get_compile_time_arg_val(0);
constexpr uint32_t cb_A_shared = get_compile_time_arg_val(1);
constexpr uint32_t A_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t A_shared_valid = get_compile_time_arg_val(3);
constexpr uint32_t bias_in_ready = get_compile_time_arg_val(4);
constexpr uint32_t bias_in_valid = get_compile_time_arg_val(5);
constexpr uint32_t cb_bias_in_page_bytes = 4096;
constexpr uint32_t cb_A_shared_page_bytes = 2048;

constexpr auto A_args = TensorAccessorArgs<6>();
constexpr auto bias_args = TensorAccessorArgs<A_args.next_compile_time_args_offset()>();

void kernel_main() {
    const uint32_t A_address = get_arg_val<uint32_t>(0);
    const uint32_t bias_address = get_arg_val<uint32_t>(1);
    const int32_t item_start = get_arg_val<int32_t>(2);
    const int32_t item_count = get_arg_val<int32_t>(3);
    const int32_t A_shared_first_x = get_arg_val<int32_t>(4);
    const int32_t A_shared_first_y = get_arg_val<int32_t>(5);
    const int32_t A_shared_last_x = get_arg_val<int32_t>(6);
    const int32_t A_shared_last_y = get_arg_val<int32_t>(7);
    const int32_t A_shared_destinations = get_arg_val<int32_t>(8);
    const int32_t bias_in_first_x = get_arg_val<int32_t>(9);
    const int32_t bias_in_first_y = get_arg_val<int32_t>(10);
    const int32_t bias_in_last_x = get_arg_val<int32_t>(11);
    const int32_t bias_in_last_y = get_arg_val<int32_t>(12);
    const int32_t bias_in_destinations = get_arg_val<int32_t>(13);
    const auto A = TensorAccessor(A_args, A_address);
    const auto bias = TensorAccessor(bias_args, bias_address);
    volatile tt_l1_ptr uint32_t *const A_shared_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(A_shared_ready));
    const uint32_t A_shared_valid_address = get_semaphore(A_shared_valid);
    volatile tt_l1_ptr uint32_t *const A_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(A_shared_valid_address);
    volatile tt_l1_ptr uint32_t *const bias_in_ready_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(bias_in_ready));
    const uint32_t bias_in_valid_address = get_semaphore(bias_in_valid);
    volatile tt_l1_ptr uint32_t *const bias_in_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(bias_in_valid_address);

    // gemm.py:20: A_shared = T.alloc_shared((block_M, block_K), T.bfloat16)
    noc_semaphore_set(A_shared_valid_ptr, 1);
    // gemm.py:31: C_local[i, j] = T.max(C_local[i, j] + bias[bx * block_N + j], 0)
    noc_semaphore_set(bias_in_valid_ptr, 1);
    // gemm.py:19: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item = 0; item < item_count; ++item) {
        const int32_t bx = (item + item_start) % 8;
        const int32_t by = (item + item_start) / 8;
        // gemm.py:25: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // gemm.py:26: T.copy(A[by * block_M, ko * block_K], A_shared)
            cb_reserve_back(cb_A_shared, 16);
            for (int32_t kk = 0; kk < 4; ++kk) {
                const int32_t A_page = by * 128 + ko * 4 + kk;
                for (int32_t r_1 = 0; r_1 < 4; ++r_1) {
                    noc_async_read_page(r_1 * 32 + A_page, A,
                                        get_write_ptr(cb_A_shared) + (kk * 4 + r_1) * cb_A_shared_page_bytes);
                }
            }
            noc_async_read_barrier();
            noc_async_writes_flushed();
            noc_semaphore_wait(A_shared_ready_ptr, A_shared_destinations);
            noc_semaphore_set(A_shared_ready_ptr, 0);
            const uint64_t cb_A_shared_receivers = get_noc_multicast_addr(
                A_shared_first_x, A_shared_first_y, A_shared_last_x, A_shared_last_y, get_write_ptr(cb_A_shared));
            noc_async_write_multicast(get_write_ptr(cb_A_shared), cb_A_shared_receivers, 16 * cb_A_shared_page_bytes,
                                      A_shared_destinations, true);
            const uint64_t A_shared_valid_receivers = get_noc_multicast_addr(
                A_shared_first_x, A_shared_first_y, A_shared_last_x, A_shared_last_y, A_shared_valid_address);
            noc_semaphore_set_multicast(A_shared_valid_address, A_shared_valid_receivers, A_shared_destinations);
            cb_push_back(cb_A_shared, 16);
        }
        // gemm.py:31: C_local[i, j] = T.max(C_local[i, j] + bias[bx * block_N + j], 0)
        cb_reserve_back(cb_bias_in, 4);
        for (int32_t c_3_1 = 0; c_3_1 < 4; ++c_3_1) {
            noc_async_read_page(bx * 4 + c_3_1, bias, get_write_ptr(cb_bias_in) + c_3_1 * cb_bias_in_page_bytes);
        }
        noc_async_read_barrier();
        noc_async_writes_flushed();
        noc_semaphore_wait(bias_in_ready_ptr, bias_in_destinations);
        noc_semaphore_set(bias_in_ready_ptr, 0);
        const uint64_t cb_bias_in_receivers = get_noc_multicast_addr(bias_in_first_x, bias_in_first_y, bias_in_last_x,
                                                                     bias_in_last_y, get_write_ptr(cb_bias_in));
        noc_async_write_multicast(get_write_ptr(cb_bias_in), cb_bias_in_receivers, 4 * cb_bias_in_page_bytes,
                                  bias_in_destinations, true);
        const uint64_t bias_in_valid_receivers = get_noc_multicast_addr(
            bias_in_first_x, bias_in_first_y, bias_in_last_x, bias_in_last_y, bias_in_valid_address);
        noc_semaphore_set_multicast(bias_in_valid_address, bias_in_valid_receivers, bias_in_destinations);
        cb_push_back(cb_bias_in, 4);
    }
    noc_async_write_barrier();
}
