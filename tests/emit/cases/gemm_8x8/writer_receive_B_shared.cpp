// gemm_bias_relu: the writer kernel, printed by ttile from gemm.py:12
#include <cstdint>

#include "api/dataflow/dataflow_api.h"

constexpr uint32_t cb_C_out = get_compile_time_arg_val(0);
constexpr uint32_t cb_B_shared = get_compile_time_arg_val(1);
constexpr uint32_t B_shared_ready = get_compile_time_arg_val(2);
constexpr uint32_t B_shared_valid = get_compile_time_arg_val(3);

constexpr auto C_args = TensorAccessorArgs<4>();

void kernel_main() {
    const uint32_t C_address = get_arg_val<uint32_t>(0);
    const int32_t item_start = get_arg_val<int32_t>(1);
    const int32_t item_count = get_arg_val<int32_t>(2);
    const int32_t B_shared_sender_x = get_arg_val<int32_t>(3);
    const int32_t B_shared_sender_y = get_arg_val<int32_t>(4);
    const auto C = TensorAccessor(C_args, C_address);
    const uint32_t B_shared_ready_address = get_semaphore(B_shared_ready);
    volatile tt_l1_ptr uint32_t *const B_shared_valid_ptr =
        reinterpret_cast<volatile tt_l1_ptr uint32_t *>(get_semaphore(B_shared_valid));

    // gemm.py:19: with T.Kernel(T.ceildiv(N, block_N), T.ceildiv(M, block_M), threads=128) as (bx, by):
    for (int32_t item_2 = 0; item_2 < item_count; ++item_2) {
        const int32_t bx = (item_2 + item_start) % 8;
        const int32_t by = (item_2 + item_start) / 8;
        // gemm.py:25: for ko in T.Pipelined(T.ceildiv(K, block_K), num_stages=2):
        for (int32_t ko = 0; ko < 8; ++ko) {
            // gemm.py:27: T.copy(B[ko * block_K, bx * block_N], B_shared)
            cb_reserve_back(cb_B_shared, 16);
            noc_semaphore_set(B_shared_valid_ptr, 0);
            noc_semaphore_inc(get_noc_addr(B_shared_sender_x, B_shared_sender_y, B_shared_ready_address), 1);
            noc_semaphore_wait(B_shared_valid_ptr, 1);
            cb_push_back(cb_B_shared, 16);
        }
        // gemm.py:33: T.copy(C_local, C[by * block_M, bx * block_N])
        for (int32_t r_4_1 = 0; r_4_1 < 4; ++r_4_1) {
            const int32_t C_page = by * 128 + r_4_1 * 32 + bx * 4;
            for (int32_t c_4_1 = 0; c_4_1 < 4; ++c_4_1) {
                cb_wait_front(cb_C_out, 1);
                noc_async_write_page(C_page + c_4_1, C, get_read_ptr(cb_C_out));
                noc_async_writes_flushed();
                cb_pop_front(cb_C_out, 1);
            }
        }
    }
    // gemm.py:12: def gemm_bias_relu(A, B, bias, block_M: int, block_N: int, block_K: int):
    noc_async_write_barrier();
    // gemm.py:21: B_shared = T.alloc_shared((block_K, block_N), T.bfloat16)
    noc_async_atomic_barrier();
}
